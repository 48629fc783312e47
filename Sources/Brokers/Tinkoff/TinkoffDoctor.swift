package import Core
import NIOCore

/// Looks at token, account, clock, rules, sessions, stops and streams without changing anything.
package struct TinkoffDoctor {
    private let broker: TinkoffBroker
    private let symbols: [(symbol: Symbol, budget: Money)]
    private var findings: [VenueFinding] = []
    private var settings: TinkoffSettings { broker.settings }

    /// A look at what trading these symbols needs.
    package init(_ broker: TinkoffBroker, symbols: [(symbol: Symbol, budget: Money)]) {
        (self.broker, self.symbols) = (broker, symbols)
    }

    /// Looks at everything; what cannot be looked at is a finding too.
    package mutating func examine() async -> [VenueFinding] {
        lookAtTrust()
        guard await lookAtAccount() else { return findings }
        await lookAtClock()
        await lookAtTariff()
        for (symbol, budget) in symbols {
            await lookAtRules(symbol, budget)
            await lookAtSession(symbol)
        }
        await lookAtStops()
        await lookAtStream()
        return findings
    }

    private mutating func note(
        _ topic: String, _ grade: VenueFinding.Grade, _ text: String, fix: String = ""
    ) {
        findings.append(VenueFinding(topic, grade, text, fix: fix))
    }

    private mutating func lookAtTrust() {
        guard settings.restBase.hasPrefix("https://"), settings.trust.extraFile == nil else { return }
        note(
            "certificates", .notable, "only the system's authorities are trusted",
            fix: "if the venue's certificate is refused below, "
                + (TinkoffErrors.trust("CERTIFICATE_VERIFY_FAILED", hasFile: false) ?? ""))
    }

    private mutating func lookAtAccount() async -> Bool {
        guard settings.token != nil else {
            note(
                "token", .broken, "no token is set, and this venue tells nothing without one",
                fix: "make one in the web settings of the account and set TINKOFF_API_TOKEN")
            return false
        }
        do {
            let account = try await broker.chosenAccount()
            let place = settings.isSandbox ? "sandbox" : "production"
            note("token", .fine, "the token is accepted (\(place)); the account is \(account.id) \(account.title)")
            if settings.accountID == nil {
                note(
                    "account", .notable, "books and locks are told by the token, which is renewed now and then",
                    fix: "set TINKOFF_ACCOUNT_ID=\(account.id) before the first live run")
            }
            note(
                "permission", account.mayTrade ? .fine : .broken,
                account.mayTrade ? "the token may trade it" : "the token may only read it",
                fix: account.mayTrade ? "" : "make a token with full access, or use --mode paper")
            return true
        } catch {
            let error = error as? VenueError ?? VenueError(.retryable, code: "?", message: "\(error)")
            let isWay = error.remedy != .configuration || TinkoffErrors.isOfTheWay(error.code)
            note(
                isWay ? "reach" : "token", .broken,
                isWay ? "\(settings.restBase) does not answer as the venue does: \(error.message)" : error.message,
                fix: isWay && error.code != TinkoffErrors.trustCode ? "check TINKOFF_BASE_URL and the network" : "")
            return false
        }
    }

    private mutating func lookAtClock() async {
        guard let offset = await broker.client.clockOffset() else {
            note("clock", .notable, "the venue does not tell its time")
            return
        }
        let isSmall = abs(offset.milliseconds) <= 2000
        note(
            "clock", isSmall ? .fine : .notable,
            "the venue is about \(offset.milliseconds) ms ahead of this machine",
            fix: isSmall ? "" : "set the clock by NTP; the client allows for the difference meanwhile")
    }

    private mutating func lookAtTariff() async {
        do {
            let limits = try await broker.ask(TinkoffMarketData.tariff())
            let orders = limits.first { $0.methods.contains { $0.hasSuffix("OrdersService/PostOrder") } }
            let text = orders.map { "\($0.perMinute) orders a minute" } ?? "the documents' limits are used"
            note("limits", .fine, text)
        } catch {
            note("limits", .notable, "the account's limits cannot be read, the documents' are used: \(error)")
        }
    }

    private mutating func lookAtRules(_ symbol: Symbol, _ budget: Money) async {
        do {
            let share = try await broker.share(symbol)
            if !share.isTradable || !share.mayBuy || !share.maySell {
                note(
                    "\(symbol)", .broken, "it cannot be bought and sold through the API now",
                    fix: "choose another asset, or wait")
            }
            if share.isForQualified, (try? await broker.ask(TinkoffMarketData.isQualified())) == false {
                note("\(symbol)", .broken, "it is for qualified investors only", fix: "choose another asset")
            }
            if settings.mayShort, !share.mayShort {
                note("\(symbol)", .notable, "it cannot be sold short; such signals will be refused")
            }
            let price = try await broker.lastPrice(symbol)
            let cost = price.notional(share.instrument.lotStep)
            note(
                "\(symbol)", cost > budget ? .broken : .fine,
                "step \(share.step), lot \(share.lot.pieces), smallest order about \(cost) \(share.currency), "
                    + "budget \(budget)",
                fix: cost > budget ? "raise RISK_BUDGET_QUOTE to more than RUB:\(cost)" : "")
        } catch {
            note("\(symbol)", .broken, "\(error)", fix: "check the symbol's name, TINKOFF_FIGI_MAP and its route")
        }
    }

    private mutating func lookAtSession(_ symbol: Symbol) async {
        await broker.look(at: symbol)
        guard let session = await broker.session(symbol) else {
            note("\(symbol) session", .notable, "neither calendar nor state can be read")
            return
        }
        let next = session.next.map { ", until \(TinkoffTime.write($0))" } ?? ""
        note(
            "\(symbol) session", session.isOpen ? .fine : .notable,
            session.isOpen ? "the market is open\(next)" : "the market is closed\(next)")
    }

    private mutating func lookAtStops() async {
        guard settings.holdsStops else {
            note(
                "stops", .notable, "stops are watched by the runner, which has to be up",
                fix: "run the watchdog beside it")
            return
        }
        do {
            let stops = try await broker.readStops()
            note("stops", .fine, "the venue holds stops; \(stops.count) wait")
        } catch {
            note(
                "stops", .broken, "stop orders cannot be read: \(error)",
                fix: "set TINKOFF_STOPS=synthetic to watch them here instead")
        }
    }

    private mutating func lookAtStream() async {
        let text = settings.streamAddress(TinkoffStream.Kind.market(nil).method)
        guard let address = WebSocketAddress(text) else {
            note("stream", .broken, "'\(text)' is no stream address", fix: "correct TINKOFF_WS_URL")
            return
        }
        do {
            let headers = [
                ("Authorization", "Bearer \(settings.token?.revealed ?? "")"), ("Sec-WebSocket-Protocol", "json"),
            ]
            let socket = try WebSocketClient(address, trust: settings.trust, headers: headers)
            try await socket.withConnection { connection in
                try await connection.send(#"{"pingSettings":{"pingDelayMs":5000}}"#)
            }
            note("stream", .fine, "the stream opens")
        } catch {
            note(
                "stream", .notable, "the stream does not open: \(error); readings take its place, slower",
                fix: "check TINKOFF_WS_URL and the network")
        }
    }
}

extension TinkoffBroker {
    /// Reads the state of one share's market.
    func look(at symbol: Symbol) async {
        guard let uid = shares[symbol]?.uid, let found = try? await ask(TinkoffMarketData.statuses([uid])) else {
            return
        }
        for status in found { statuses[status.uid] = status }
    }
}
