import Core
import Foundation
import Simulator
import Synchronization

extension TwinHost {
    /// The control endpoint: what a test or a person changes while clients are connected.
    func control(
        _ command: String, _ request: TwinRequest, at wall: Timestamp
    ) -> (TwinReply, [StreamDelivery]) {
        if request.method == "GET", !request.isLook { return (refusal(of: command, request, at: wall), []) }
        let body = request.body.isEmpty || request.isLook ? .object([]) : Wire(json: request.body)
        guard let body else { return (Self.mistake("the body is not JSON"), []) }
        if command == "disconnect" { return disconnect(body) }
        return state.withLock { state in
            let now = moment(state, at: wall)
            let answer = perform(command, body, request, &state, at: now)
            if !state.world.faults.isFrozen { state.world.advance(to: now) }
            return (answer, deliveries(&state, at: wall))
        }
    }

    /// What changes something is not done by GET, which whoever looks around repeats without a thought. Whether there
    /// is such a command shows on a copy.
    private func refusal(of command: String, _ request: TwinRequest, at wall: Timestamp) -> TwinReply {
        let change = TwinReply.answer(
            TwinAnswer(
                ["error": .text("/twin/\(command) changes something: use POST")], status: 405,
                headers: ["Allow": "POST"]), after: 0)
        guard command != "disconnect" else { return change }
        return state.withLock { state in
            var copy = state
            let tried = perform(command, .object([]), request, &copy, at: moment(state, at: wall))
            if case .answer(let answer, _) = tried, answer.status == 404 { return tried }
            return change
        }
    }

    private func disconnect(_ body: Wire) -> (TwinReply, [StreamDelivery]) {
        guard let text = body["code"]?.string else { return (Self.done(), hangUpAll(.hangUp)) }
        guard let code = FaultRule.closeCode(text) else {
            return (Self.mistake("disconnect takes {\"code\": 1011}: \(FaultRule.closeCodes)"), [])
        }
        return (Self.done(), hangUpAll(.close(code: code)))
    }

    private static func mistake(_ problem: String, status: Int = 400) -> TwinReply {
        .answer(TwinAnswer(["error": .text(problem)], status: status), after: 0)
    }

    private static func done(_ result: Wire = ["done": true]) -> TwinReply { .answer(TwinAnswer(result), after: 0) }

    private func perform(
        _ command: String, _ body: Wire, _ request: TwinRequest, _ state: inout State, at now: TwinMoment
    ) -> TwinReply {
        switch command {
        case "", "status": return Self.done(status(state, at: now))
        case "books": return Self.done(state.world.books)
        case "log":
            let count = Int(request.parameters["last"] ?? "") ?? 100
            return Self.done(state.log.tail(max(count, 0), prefix: request.parameters["path"] ?? ""))
        case "faults": return faults(request, &state, at: now)
        case "freeze", "thaw":
            state.world.faults.isFrozen = command == "freeze"
            return Self.done()
        case "clock":
            guard let offset = body["skewMs"]?.string.flatMap(Int64.init), abs(offset) < 86_400_000 else {
                return Self.mistake("clock takes {\"skewMs\": 45000}: how far the venue's clock is ahead")
            }
            state.skew = .milliseconds(offset)
            return Self.done()
        case "reset":
            state.world.reset(at: now)
            return Self.done()
        case "script": return script(request, &state, at: now)
        case "release":
            for instrument in state.world.market.instruments where names(body, instrument.symbol) {
                state.world.market.release(instrument.symbol, at: now)
            }
            return Self.done()
        default:
            guard let result = state.world.control(command, body, at: now) else {
                return Self.mistake("there is no /twin/\(command); docs/twin.md lists what there is", status: 404)
            }
            return result["error"] == nil ? Self.done(result) : .answer(TwinAnswer(result, status: 400), after: 0)
        }
    }

    private func names(_ body: Wire, _ symbol: Symbol) -> Bool {
        body["symbol"]?.string.map { $0.uppercased() == symbol.name } ?? true
    }

    private func status(_ state: State, at now: TwinMoment) -> Wire {
        [
            "wall": .whole(now.wall.milliseconds), "venue": .whole(now.venue.milliseconds),
            "frozen": .flag(state.world.faults.isFrozen), "requests": .whole(Int64(state.log.total)),
            "streams": .whole(Int64(state.streams.count)), "seed": .text(String(state.world.faults.seed)),
            "faultsFelt": state.world.faults.counts,
            "prices": .object(
                state.world.market.instruments.map { instrument in
                    .init(
                        key: instrument.symbol.name,
                        value: state.world.market.price(instrument.symbol).map(Wire.amount) ?? .null)
                }),
        ]
    }

    private func faults(_ request: TwinRequest, _ state: inout State, at now: TwinMoment) -> TwinReply {
        if request.method == "GET" {
            guard let plan = try? JSONEncoder().encode(state.world.faults.plan), let wire = Wire(json: plan) else {
                return Self.mistake("the plan cannot be written", status: 500)
            }
            return Self.done(["plan": wire, "felt": state.world.faults.counts])
        }
        if request.method == "DELETE" || request.body.isEmpty {
            state.world.faults.put(TwinFaultPlan(), at: now.wall)
            return Self.done()
        }
        do {
            let plan = try JSONDecoder().decode(TwinFaultPlan.self, from: Data(request.body))
            state.world.faults.put(plan, at: now.wall)
            return Self.done()
        } catch {
            return Self.mistake("\(error)")
        }
    }

    private func script(_ request: TwinRequest, _ state: inout State, at now: TwinMoment) -> TwinReply {
        do {
            let steps = try JSONDecoder().decode([ScriptStep].self, from: Data(request.body))
            if let unknown = steps.first(where: { state.world.market.instrument($0.symbol) == nil }) {
                return Self.mistake("\(unknown.symbol) is not traded here")
            }
            state.world.market.follow(steps, at: now)
            return Self.done()
        } catch let error as ScenarioError {
            return Self.mistake("\(error)")
        } catch {
            return Self.mistake("script takes [{\"at\": 1.5, \"symbol\": \"BTCUSDT\", \"price\": \"61000\"}]")
        }
    }
}
