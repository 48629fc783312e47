package import Core
import NIOCore

/// One thing that was looked at before trading.
package struct VenueFinding: Hashable, Codable, Sendable {
    /// How it is.
    package enum Grade: String, Hashable, Codable, Sendable {
        /// As it should be.
        case fine
        /// Worth knowing.
        case notable
        /// Trading would not work.
        case broken
    }

    /// What was looked at, in a word or two.
    package let topic: String
    /// How it is.
    package let grade: Grade
    /// What was found, in one sentence.
    package let text: String
    /// What to do about it; empty when nothing.
    package let fix: String

    /// A finding from its parts.
    package init(_ topic: String, _ grade: Grade, _ text: String, fix: String = "") {
        (self.topic, self.grade, self.text, self.fix) = (topic, grade, text, fix)
    }
}

/// Looks at keys, clock, modes, rules and streams without changing anything.
package struct BitgetDoctor {
    let broker: BitgetBroker
    private let symbols: [(symbol: Symbol, budget: Money)]
    private var findings: [VenueFinding] = []
    var settings: BitgetSettings { broker.settings }

    /// A look at what trading these symbols needs.
    package init(_ broker: BitgetBroker, symbols: [(symbol: Symbol, budget: Money)]) {
        (self.broker, self.symbols) = (broker, symbols)
    }

    /// Looks at everything; what cannot be looked at is a finding too.
    package mutating func examine() async -> [VenueFinding] {
        guard await lookAtClock() else { return findings }
        let hasAccount = await lookAtAccount()
        for (symbol, budget) in symbols {
            await lookAtRules(symbol, budget)
            if hasAccount, settings.market == .futures { await lookAtModes(symbol) }
        }
        if hasAccount {
            await lookAtPermission()
            await lookAtStops()
            await lookAtStream()
        }
        return findings
    }

    mutating func note(
        _ topic: String, _ grade: VenueFinding.Grade, _ text: String, fix: String = ""
    ) {
        findings.append(VenueFinding(topic, grade, text, fix: fix))
    }

    private mutating func lookAtClock() async -> Bool {
        do {
            let offset = try await broker.client.measuredOffset()
            let isSmall = abs(offset.milliseconds) <= 1000
            note(
                "clock", isSmall ? .fine : .notable, "the venue is \(offset.milliseconds) ms ahead of this machine",
                fix: isSmall ? "" : "set the clock by NTP; the client allows for the difference meanwhile")
            return true
        } catch {
            // Who refuses the question was reached.
            if error.error.code.dropFirst("BITGET_".count).allSatisfy(\.isNumber) {
                note("clock", .notable, "the venue does not tell its time: \(error.error.message)")
                return true
            }
            note(
                "reach", .broken, "\(settings.baseURL) does not answer: \(error.error.message)",
                fix: "check BITGET_BASE_URL and the network")
            return false
        }
    }

    private mutating func lookAtAccount() async -> Bool {
        guard settings.credentials != nil else {
            note(
                "keys", .notable, "no keys are set: only public data can be read",
                fix: "set BITGET_API_KEY, BITGET_API_SECRET and BITGET_API_PASSPHRASE to trade")
            return false
        }
        do {
            let language = try await broker.language()
            _ = try await broker.ask(language.probe().with(.vital))
            let kind = language.family == .unified ? "unified (V3)" : "classic (V2)"
            note("keys", .fine, "the keys are accepted; the account is \(kind)\(settings.isDemo ? ", demo" : "")")
            return true
        } catch {
            let error = error as? VenueError ?? VenueError(.retryable, code: "?", message: "\(error)")
            let code = error.code.replacing("BITGET_", with: "")
            note(
                "keys", .broken, "the venue refuses the keys: \(error.message)",
                fix: BitgetErrors.advice[code] ?? "make a new API key with the permissions to read and to trade")
            return false
        }
    }

    private mutating func lookAtPermission() async {
        guard let symbol = symbols.first?.symbol else { return }
        switch await broker.permission(symbol) {
        case .granted: note("permission", .fine, "the key may trade")
        case .refused(let error):
            note(
                "permission", .broken, "\(error.message) (\(error.code))",
                fix: "give the key the permission to trade, and add this machine's address to it")
        case .unclear(let error):
            note("permission", .notable, "whether the key may trade is not clear: \(error)")
        }
    }

    private mutating func lookAtRules(_ symbol: Symbol, _ budget: Money) async {
        do {
            let contract = try await broker.contract(symbol)
            let rules = contract.instrument
            if !contract.mayOpen {
                note(
                    "\(symbol)", .broken, "positions cannot be opened now (\(contract.status))",
                    fix: "choose another asset, or wait")
            } else if let end = contract.endsAt {
                note("\(symbol)", .notable, "trading is announced to end at \(end.milliseconds) (ms UTC)")
            }
            let ticker = try await broker.ask(try await broker.language().ticker(symbol))
            let cost = ticker.last.notional(rules.smallest(at: ticker.last))
            let text =
                "tick \(rules.tick), step \(rules.lotStep), smallest order about \(cost) \(rules.quote), "
                + "budget \(budget)"
            note(
                "\(symbol)", cost > budget ? .broken : .fine, text,
                fix: cost > budget ? "raise RISK_BUDGET_QUOTE to more than \(cost)" : "")
        } catch {
            note("\(symbol)", .broken, "\(error)", fix: "check the symbol's name and its route")
        }
    }

    private mutating func lookAtStops() async {
        guard settings.market == .futures else {
            note(
                "stops", .notable, "spot holds no native stops: the runner watches prices and has to be up",
                fix: "run the watchdog beside it")
            return
        }
        do {
            let waiting = try await broker.allPlans()
            let price = settings.triggersByMark ? "mark" : "last"
            note("stops", .fine, "native stops by the \(price) price, \(waiting.count) waiting now")
        } catch {
            note("stops", .broken, "trigger orders cannot be read: \(error)", fix: "check the key's permissions")
        }
    }

    private mutating func lookAtStream() async {
        guard let language = try? await broker.language(),
            let address = WebSocketAddress(settings.streamAddress(language.family, isPrivate: true)),
            let client = try? WebSocketClient(address, trust: settings.trust)
        else {
            note("stream", .broken, "the stream's address is not usable", fix: "check BITGET_WS_URL")
            return
        }
        let stream = BitgetStream(broker: broker, dialect: language, symbols: nil)
        do {
            try await client.withConnection { connection in try await Self.logIn(stream, connection) }
            note("stream", .fine, "\(address) takes the login")
        } catch {
            note(
                "stream", .broken, "\(address): \(error)",
                fix: "check BITGET_WS_URL and the keys; should the venue have changed, try BITGET_LOGIN_UNIT")
        }
    }

    private static func logIn(_ stream: BitgetStream, _ connection: WebSocketConnection) async throws {
        guard let login = await stream.login() else { return }
        try await connection.send(login)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await connection.read { buffer in
                        switch await stream.receive(Array(buffer.readableBytesView)) {
                        case .loggedIn: throw LoggedIn()
                        case .fatal(let error), .later(_, let error): throw error
                        case .broken(let reason): throw WebSocketReason(description: reason)
                        case .message, .acknowledged: break
                        }
                    }
                } catch is LoggedIn {}
            }
            group.addTask {
                try await Task.sleep(for: .seconds(8))
                throw WebSocketFailure.timeout
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private struct LoggedIn: Error {}
}

extension Instrument {
    /// The smallest amount of an order at a price: whole lots that are worth enough.
    fileprivate func smallest(at price: Price) -> Quantity {
        let worthy = Quantity(minimumNotional.value.divided(by: price.value, rounding: .up))
        let least = max(lotStep, minimumQuantity, worthy)
        return Quantity(least.value.quantised(to: lotStep.value, rounding: .up))
    }
}

/// Why a stream was given up, in words.
private struct WebSocketReason: Error, CustomStringConvertible {
    let description: String
}
