import Core
import Simulator

/// One request the venue understands.
struct TInvestRoute: Sendable {
    typealias Deed = @Sendable (inout TInvestWorld, TInvestCall) throws(TInvestFault) -> Wire

    /// Service and method.
    let name: String
    /// How often a minute.
    let limit: Int
    /// What is counted together: the service, or the method where it has a limit of its own.
    let group: String
    let trades: Bool
    let perform: Deed

    init(_ name: String, limit: Int, own: Bool = false, trades: Bool = false, _ perform: @escaping Deed) {
        (self.name, self.limit, self.trades, self.perform) = (name, limit, trades, perform)
        group = own ? name : String(name.prefix { $0 != "/" })
    }

    /// The package every service belongs to.
    static let space = "tinkoff.public.invest.api.contract.v1."

    /// Every request by service and method.
    static let all: [String: TInvestRoute] = {
        let plain = users + instruments + quotes + operations + orders + stops
        let routes = plain + sandbox + mirrored(plain)
        return Dictionary(routes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }()

    /// The sandbox service repeats the ordinary methods under names of its own.
    private static func mirrored(_ routes: [TInvestRoute]) -> [TInvestRoute] {
        let names = [
            "UsersService/GetAccounts": "GetSandboxAccounts", "OrdersService/PostOrder": "PostSandboxOrder",
            "OrdersService/PostOrderAsync": "PostSandboxOrderAsync", "OrdersService/GetOrders": "GetSandboxOrders",
            "OrdersService/ReplaceOrder": "ReplaceSandboxOrder", "OrdersService/CancelOrder": "CancelSandboxOrder",
            "OrdersService/GetOrderState": "GetSandboxOrderState", "OrdersService/GetMaxLots": "GetSandboxMaxLots",
            "OrdersService/GetOrderPrice": "GetSandboxOrderPrice",
            "OperationsService/GetPositions": "GetSandboxPositions",
            "OperationsService/GetPortfolio": "GetSandboxPortfolio",
            "OperationsService/GetOperationsByCursor": "GetSandboxOperationsByCursor",
            "OperationsService/GetWithdrawLimits": "GetSandboxWithdrawLimits",
            "StopOrdersService/PostStopOrder": "PostSandboxStopOrder",
            "StopOrdersService/GetStopOrders": "GetSandboxStopOrders",
            "StopOrdersService/CancelStopOrder": "CancelSandboxStopOrder",
        ]
        return routes.compactMap { route in
            names[route.name].map {
                TInvestRoute("SandboxService/\($0)", limit: 200, trades: route.trades, route.perform)
            }
        }
    }
}

/// Counts requests against their limits, minute by minute.
struct TInvestGate: Sendable {
    /// How often some methods may be called together.
    struct Allowance: Hashable, Sendable {
        let group: String
        let limit: Int
        /// In which time: a minute or a second.
        var seconds: Int64 = 60
    }

    private var used: [String: (window: Int64, count: Int)] = [:]

    /// What is left of an allowance; nil when there is nothing.
    mutating func admit(_ allowance: Allowance, at now: Timestamp) -> Int? {
        let window = now.milliseconds / 1000 / allowance.seconds
        let before = used[allowance.group]
        let count = (before?.window == window ? before?.count ?? 0 : 0) + 1
        used[allowance.group] = (window, count)
        return count <= allowance.limit ? allowance.limit - count : nil
    }

    /// Seconds until the minute is over.
    static func reset(at now: Timestamp) -> Int64 { 60 - now.milliseconds / 1000 % 60 }
}

extension TInvestTariff {
    /// What counts for a method.
    func allowance(_ route: TInvestRoute) -> TInvestGate.Allowance {
        switch (self, route.name) {
        case (.portal, "OrdersService/PostOrder"): .init(group: route.group, limit: 15, seconds: 1)
        case (.documents, "StopOrdersService/GetStopOrders"): .init(group: "StopOrdersService", limit: 50)
        default: .init(group: route.group, limit: route.limit)
        }
    }
}

extension TInvestWorld {
    package mutating func answer(_ request: TwinRequest, at now: TwinMoment) -> TwinAnswer {
        self.now = now
        guard ["/rest/", "/"].contains(where: { request.path.hasPrefix($0 + TInvestRoute.space) }),
            let name = request.path.split(separator: TInvestRoute.space).last.map(String.init),
            let route = TInvestRoute.all[name]
        else {
            if request.path.hasPrefix("/ws/\(TInvestRoute.space)"), token(of: request) == nil {
                return refusal(.token)
            }
            return TwinAnswer(status: 404, type: "text/plain", text: "Not Found")
        }
        guard request.method == "POST" else {
            return TwinAnswer(status: 405, type: "text/plain", text: "Method Not Allowed")
        }
        let allowance = setup.tariff.allowance(route)
        var left = allowance.limit
        if setup.hasLimits {
            guard let rest = gate.admit(allowance, at: now.wall) else {
                return refusal(code: "80002", message: "", status: 429, at: now)
            }
            left = rest
        }
        let reset = allowance.seconds == 60 ? TInvestGate.reset(at: now.wall) : allowance.seconds
        var answer = perform(route, request)
        answer.headers["x-ratelimit-limit"] = "\(allowance.limit), \(allowance.limit);w=\(allowance.seconds)"
        answer.headers["x-ratelimit-remaining"] = String(left)
        answer.headers["x-ratelimit-reset"] = String(reset)
        return answer
    }

    private mutating func perform(_ route: TInvestRoute, _ request: TwinRequest) -> TwinAnswer {
        guard let token = token(of: request), !faults.isOn(.authRevoked, at: now.wall) else { return refusal(.token) }
        guard token.mayTrade || !route.trades else { return refusal(.readOnly) }
        guard let body = Wire(json: request.body.isEmpty ? Array("{}".utf8) : request.body), case .object = body else {
            return refusal(TInvestFault("30102", "The body is not JSON"))
        }
        if route.trades, quirks.nullErrors > 0 {
            quirks.nullErrors -= 1
            return TwinAnswer(["code": 2, "message": .null, "description": .null], status: 500)
        }
        let call = TInvestCall(fields: body.camelled, token: token)
        do {
            let data = try route.perform(&self, call)
            let surprise: Wire = ["newestField": ["kind": "KIND_OF_TOMORROW", "list": [1, 2]]]
            return TwinAnswer(quirks.surprises ? data.adding(surprise) : data, headers: tracking())
        } catch {
            return refusal(error)
        }
    }

    /// The token a request brings, in its header or as a second subprotocol; nil when this environment knows none such.
    func token(of request: TwinRequest) -> TInvestToken? {
        var text = request.headers["authorization"] ?? ""
        if text.lowercased().hasPrefix("bearer ") {
            text = String(text.dropFirst(7))
        } else {
            let offers = (request.headers["sec-websocket-protocol"] ?? "").split(separator: ",")
            text = offers.count > 1 ? offers[1].filter { $0 != " " } : ""
        }
        return setup.tokens.first { $0.text == text && $0.isSandbox == setup.isSandbox }
    }

    private func tracking() -> [String: String] {
        [
            "x-tracking-id": trackingID, "server": "envoy", "x-envoy-upstream-service-time": "3",
            "date": TInvestDate.header(now.venue),
        ]
    }

    /// A name for a call, which support asks for.
    var trackingID: String { TInvestName.uuid("call/\(now.wall.milliseconds)").filter { $0 != "-" } }

    func refusal(_ fault: TInvestFault) -> TwinAnswer {
        refusal(code: fault.code, message: fault.message, status: 400, at: now)
    }

    package func refusal(code: String, message: String, status: Int, at now: TwinMoment) -> TwinAnswer {
        // The gateway turns requests away by itself: no body, no tracking id.
        if status == 429 {
            var answer = TwinAnswer(status: 429, type: "text/plain", text: "")
            answer.headers["x-ratelimit-remaining"] = "0"
            answer.headers["x-ratelimit-reset"] = String(TInvestGate.reset(at: now.wall))
            return answer
        }
        let statuses = TInvestFault.statuses(code)
        let description: Wire = quirks.bareDescriptions ? .number(code) : .text(code)
        var headers = tracking()
        headers["message"] = message
        return TwinAnswer(
            ["code": .whole(statuses.grpc), "message": .text(message), "description": description],
            status: status == 400 ? statuses.http : status, headers: headers)
    }
}

/// What the venue understands, for tests and documentation.
package enum TInvestPaths {
    /// Every service and method, sorted.
    package static let all: [String] = TInvestRoute.all.keys.sorted()
}
