import Brokers
import Core
import Foundation
import Synchronization
import Testing

/// What the venue is known to do at bad moments.
@Suite(.fewAtOnce) struct TinkoffTroubleTests {
    private func held(_ standIn: TinkoffStandIn) -> Int64 { standIn.state.withLock { $0.pieces } }

    private static let doubts: [TinkoffStandIn.Fault] = [
        .answerThen(status: 500, body: #"{"code":13,"message":"internal network error","description":"70002"}"#),
        .answerThen(status: 500, body: #"{"code":2,"message":null,"description":null}"#),
        .answerThen(status: 503, body: "<html>gateway</html>"), .answerThen(status: 200, body: ""), .cutAfter,
    ]

    @Test(arguments: 0..<5) func whatMayHaveArrivedIsLookedUpByItsNameAndNeverSentAgain(which: Int) async throws {
        var manner = TinkoffStandIn.Manner()
        manner.blindness = 2
        let standIn = TinkoffStandIn(manner)
        standIn.fail("OrdersService/PostOrder", Self.doubts[which])
        try await withTinkoff(standIn) { broker, _ in
            guard case .silent(let error) = await broker.submit(TinkoffBench.request("a", .buy)) else {
                Issue.record("an unknown outcome was taken for known")
                return
            }
            #expect(error.remedy == .unknownOutcome)
            let events = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("a"))
            let bought = events.reduce(Quantity.zero) { sum, event in
                if case .fill(let fill) = event, fill.clientID == ClientOrderID("a") { return sum + fill.quantity }
                return sum
            }
            #expect(bought == TinkoffPieces(10).quantity)
            #expect(try await broker.order(ClientOrderID("a"), TinkoffBench.symbol)?.state == .filled)
            #expect(standIn.calls("OrdersService/PostOrder") == 1 && held(standIn) == 10)
        }
    }

    /// A list of executions that fails is told apart from an account that cannot be read: whoever closes everything
    /// asks for the rest.
    /// So is one that goes on without saying where.
    @Test(arguments: [
        (500, #"{"code":13,"message":"internal network error","description":"70002"}"#),
        (200, #"{"hasNext":true,"items":[]}"#), (200, #"{"hasNext":true,"nextCursor":"a","items":[]}"#),
    ])
    func executionsThatCannotBeReadHideNothingElse(status: Int, body: String) async throws {
        let standIn = TinkoffStandIn()
        for _ in 0..<50 {
            standIn.fail(
                "OperationsService/GetOperationsByCursor", .answerInstead(status: status, headers: [:], body: body))
        }
        try await withTinkoff(standIn) { broker, _ in
            let since = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000) - 3 * 86_400_000)
            let error = await #expect(throws: VenueError.self) { _ = try await broker.snapshot(fillsSince: since) }
            #expect(error?.code == VenueError.pendingExecutions, "\(error as Any)")
            let held = try await broker.snapshot()
            #expect(held.isFlat)
        }
    }

    @Test func whatNeverArrivedIsAbsentOnlyAfterSomeTimeAndIsSentAgainUnderTheSameName() async throws {
        let standIn = TinkoffStandIn()
        standIn.fail("OrdersService/PostOrder", .cutBefore)
        let doubt = Duration.milliseconds(2500)
        try await withTinkoff(standIn, adjust: { $0.absence = .milliseconds(2500) }) { broker, _ in
            let request = TinkoffBench.request("a", .buy)
            let sent = ContinuousClock.now
            guard case .silent = await broker.submit(request) else {
                Issue.record("a lost answer was taken for an answer")
                return
            }
            // In doubt it is neither absent nor sent again. A busy machine may answer when the doubt is over.
            do {
                let found = try await broker.order(request.clientID, request.symbol)
                #expect(found == nil && ContinuousClock.now - sent >= doubt, "absent too soon")
            } catch {
                #expect((error as? VenueError)?.remedy == .retryable)
            }
            if case .silent = await broker.submit(request) {
                #expect(standIn.calls("OrdersService/PostOrder") == 1)
            } else {
                #expect(ContinuousClock.now - sent >= doubt, "an order in doubt was sent again")
            }
            while (try? await broker.order(request.clientID, request.symbol)) == nil,
                standIn.calls("OrdersService/PostOrder") == 1
            {
                if case .accepted = await broker.submit(request) { break }
            }
            let keys = standIn.state.withLock { state in
                Set(state.bodies.filter { $0.method == "OrdersService/PostOrder" }.map(\.body))
            }
            #expect(keys.count == 1 && held(standIn) == 10)
        }
    }

    @Test func aTakenNameIsAnOrderThatArrived() async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn) { broker, server in
            _ = await broker.submit(TinkoffBench.request("a", .buy))
            // Another process under the same name: it has no memory of the first.
            let other = try TinkoffBroker(TinkoffBench.settings(port: server.port))
            guard case .accepted(let report) = await other.submit(TinkoffBench.request("a", .buy)) else {
                Issue.record("the first one was not found")
                return
            }
            #expect(report.clientID == ClientOrderID("a") && held(standIn) == 10)
            await other.stop()
        }
    }

    @Test func limitsAreObeyedAndAnEntryDoesNotWaitForThem() async throws {
        let standIn = TinkoffStandIn()
        standIn.fail(
            "OrdersService/PostOrder",
            .answerInstead(status: 429, headers: ["x-ratelimit-reset": "30", "x-ratelimit-remaining": "0"], body: ""))
        try await withTinkoff(standIn) { broker, _ in
            for id in ["a", "b"] {
                guard case .refused(let error) = await broker.submit(TinkoffBench.request(id, .buy)) else {
                    Issue.record("\(id) was not held back")
                    return
                }
                #expect(error.remedy == .rateLimited)
            }
            #expect(standIn.calls("OrdersService/PostOrder") == 1)
            // Positions are read all the same, and an exit does not wait for half a minute.
            let account = try await broker.snapshot()
            #expect(account.isFlat)
        }
    }

    @Test func aClosedMarketRefusesWithItsNextOpening() async throws {
        var manner = TinkoffStandIn.Manner()
        (manner.isOpen, manner.status) = (false, "NOT_AVAILABLE_FOR_TRADING")
        try await withTinkoff(TinkoffStandIn(manner)) { broker, _ in
            // Whoever acts on the first bar knows by then that nothing can be bought.
            let first = try await broker.nextEvents()?.events.first
            guard case .session(_, isOpen: false, _)? = first else {
                Issue.record("\(String(describing: first))")
                return
            }
            guard case .refused(let error) = await broker.submit(TinkoffBench.request("a", .buy)) else {
                Issue.record("an order was taken by a closed market")
                return
            }
            #expect(error.remedy == .retryable && error.code == "TINKOFF_30079")
        }
    }

    @Test func accountsAreChosenOrAskedFor() async throws {
        var manner = TinkoffStandIn.Manner()
        manner.accounts.append(
            [
                "id": "7", "name": "Other", "status": "ACCOUNT_STATUS_OPEN",
                "accessLevel": "ACCOUNT_ACCESS_LEVEL_READ_ONLY",
            ])
        let standIn = TinkoffStandIn(manner)
        try await withTinkoff(standIn, isStarted: false) { broker, _ in
            let chosen = try await broker.chosenAccount()
            #expect(chosen.id == TinkoffStandIn.account)
        }
        try await withTinkoff(standIn, adjust: { $0.accountID = "7" }, isStarted: false) { broker, _ in
            let error = await #expect(throws: VenueError.self) {
                try await broker.start(VenueWatch(symbols: [TinkoffBench.symbol], interval: nil, barsAfter: .epoch))
            }
            #expect(error?.code == "TINKOFF_READ_ONLY")
        }
        standIn.state.withLock { $0.manner.accounts[1]["accessLevel"] = "ACCOUNT_ACCESS_LEVEL_FULL_ACCESS" }
        try await withTinkoff(standIn, isStarted: false) { broker, _ in
            let error = await #expect(throws: VenueError.self) { _ = try await broker.chosenAccount() }
            #expect(error?.remedy == .configuration && error?.message.contains("7 (Other)") == true)
        }
    }

    @Test func aRefusedTokenSaysWhatToDoAndShowsNothing() async throws {
        try await withTinkoff(adjust: { $0.token = Secret("t.wrong-token") }, isStarted: false) { broker, _ in
            let error = await #expect(throws: VenueError.self) { _ = try await broker.chosenAccount() }
            #expect(error?.remedy == .configuration && error?.message.contains("TINKOFF_SANDBOX") == true)
            var doctor = TinkoffDoctor(broker, symbols: [])
            let findings = await doctor.examine()
            #expect(findings.contains { $0.grade == .broken })
            for text in ["\(String(describing: error))", "\(findings)", "\(TinkoffBench.settings(port: 1))"] {
                #expect(!text.contains("wrong-token") && !text.contains(TinkoffStandIn.token))
            }
        }
    }

    @Test func aFIGIOfTheSettingsIsCheckedNotTrusted() async throws {
        let symbol = TinkoffBench.symbol
        try await withTinkoff(adjust: { $0.figis = [symbol: "BBG004730N88"] }, isStarted: false) { broker, _ in
            let rules = try await broker.instruments([symbol])
            #expect(rules.map(\.lotStep) == [TinkoffPieces(10).quantity])
        }
        let gazprom = try #require(Symbol("GAZP"))
        try await withTinkoff(adjust: { $0.figis = [gazprom: "BBG004730N88"] }, isStarted: false) { broker, _ in
            let error = await #expect(throws: VenueError.self) { _ = try await broker.instruments([gazprom]) }
            #expect(error?.code == "TINKOFF_FIGI" && error?.message.contains("SBER") == true)
        }
    }

    @Test func theSandboxIsOpenedAndFundedOnRequest() async throws {
        var manner = TinkoffStandIn.Manner()
        manner.accounts = []
        let standIn = TinkoffStandIn(manner)
        standIn.state.withLock { $0.cash = .zero }
        try await withTinkoff(standIn, adjust: { $0.isSandbox = true }, isStarted: false) { broker, _ in
            let opened = try await broker.openSandbox(roubles: Money(FixedDecimal(50_000)))
            #expect(opened.account == TinkoffStandIn.account && opened.roubles == Money(FixedDecimal(50_000)))
            #expect(!broker.capabilities.nativeProtections)
            _ = try await broker.openSandbox(roubles: Money(FixedDecimal(50_000)))
            #expect(standIn.calls("SandboxService/SandboxPayIn") == 1)
        }
        try await withTinkoff(isStarted: false) { broker, _ in
            await #expect(throws: VenueError.self) { _ = try await broker.openSandbox(roubles: Money(.one)) }
        }
    }

    @Test func aMissingFileOfCertificatesIsNamed() {
        var settings = TinkoffSettings()
        settings.trust = TrustRoots(extraFile: "/nowhere/roots.pem")
        let fault = #expect(throws: TrustFault.self) { _ = try TinkoffBroker(settings) }
        #expect(fault?.path == "/nowhere/roots.pem")
    }
}
