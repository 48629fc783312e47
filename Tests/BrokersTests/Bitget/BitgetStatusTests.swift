import Brokers
import Core
import Synchronization
import Testing

/// What the venue says of itself is asked again often enough.
@Suite(.fewAtOnce) struct BitgetStatusTests {
    @Test func theClockIsMeasuredEveryTenMinutesAndTheStatusEachMinute() {
        let settings = BitgetSettings()
        #expect(settings.clockAge <= .seconds(600) && settings.statusAge <= .seconds(60))
    }

    @Test func maintenanceIsToldAsAClosedSessionAndItsEndAsAnOpenOne() async throws {
        let venue = BitgetStandIn()
        try await withBitget(venue, adjust: { $0.statusAge = .milliseconds(50) }) { broker, _ in
            for (status, isOpen) in [("normal", true), ("maintain", false), ("normal", true)] {
                venue.state.withLock { $0.symbolStatus = status }
                let isTold = try await session(broker, untilOpen: isOpen)
                #expect(isTold, "\(status)")
            }
        }
    }

    /// Whoever acts on the first bar knows by then that nothing can be bought.
    @Test(arguments: ["normal", "maintain"]) func theFirstNewsIsWhetherTheMarketIsOpen(status: String) async throws {
        let venue = BitgetStandIn()
        venue.state.withLock { $0.symbolStatus = status }
        try await withBitget(venue) { broker, _ in
            let first = try #require(try await broker.nextEvents()?.events.first)
            guard case .session(BitgetBench.symbol, status == "normal", _) = first else {
                Issue.record("\(first)")
                return
            }
        }
    }

    /// Nobody waits for the minute to pass when an order is refused for it.
    @Test func anOrderThatIsRefusedForAClosedMarketIsLookedIntoAtOnce() async throws {
        let venue = BitgetStandIn()
        try await withBitget(venue) { broker, _ in
            let wasOpen = try await session(broker, untilOpen: true)
            venue.state.withLock { $0.symbolStatus = "maintain" }
            venue.fail("place-order", .refused(code: "41114"))
            let outcome = await broker.submit(BitgetBench.request("closed-market", .buy))
            guard case .refused(let error) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(error.code == "BITGET_41114" && error.remedy == .rejected)
            let isClosed = try await session(broker, untilOpen: false)
            #expect(wasOpen && isClosed)
        }
    }

    private func asked(_ venue: BitgetStandIn, _ symbol: Symbol) -> Int {
        venue.requests("market/contracts").count { $0.query["symbol"] == symbol.name }
    }

    /// Waits for so many questions about the rules of a symbol.
    private func until(_ count: Int, _ venue: BitgetStandIn, _ symbol: Symbol) async throws -> Bool {
        for _ in 0..<2000 {
            if asked(venue, symbol) >= count { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    /// One symbol is closed and asked about again and again; the others are not.
    @Test func onlyWhatIsClosedIsLookedAtMoreOften() async throws {
        let (venue, other) = (BitgetStandIn(), try #require(Symbol("ETHUSDT")))
        venue.state.withLock { ($0.symbolStatus, $0.otherSymbols) = ("maintain", [other.name]) }
        let adjust = { (settings: inout BitgetSettings) in settings.closedAge = .milliseconds(20) }
        try await withBitget(venue, adjust: adjust, symbols: [BitgetBench.symbol, other]) { _, _ in
            let isWatched = try await until(8, venue, BitgetBench.symbol)
            #expect(isWatched, "the closed one is looked at")
            #expect(asked(venue, other) == 1)
        }
    }

    /// A refused order is a reason to look at its own symbol, and at no other.
    @Test func onlyWhatWasRefusedIsLookedAtOnce() async throws {
        let (venue, other) = (BitgetStandIn(), try #require(Symbol("ETHUSDT")))
        venue.state.withLock { $0.otherSymbols = [other.name] }
        try await withBitget(venue, symbols: [BitgetBench.symbol, other]) { broker, _ in
            for round in 1...2 {
                let before = asked(venue, BitgetBench.symbol)
                venue.fail("place-order", .refused(code: "41114"))
                _ = await broker.submit(BitgetBench.request("refused-\(round)", .buy))
                let isLookedAt = try await until(before + 1, venue, BitgetBench.symbol)
                #expect(isLookedAt)
            }
            #expect(asked(venue, other) == 1)
        }
    }

    @Test func aClockThatRunsAwayIsToldAgain() async throws {
        let venue = BitgetStandIn()
        try await withBitget(venue, adjust: { $0.clockAge = .milliseconds(50) }) { broker, _ in
            for offset in [0, 5000, 9000] {
                venue.state.withLock { $0.clockOffset = Int64(offset) }
                let isTold = try await clock(broker, near: .milliseconds(Int64(offset)))
                #expect(isTold, "\(offset)")
            }
        }
    }

    private func session(_ broker: BitgetBroker, untilOpen isOpen: Bool) async throws -> Bool {
        try await told(broker) { event in
            if case .session(BitgetBench.symbol, isOpen, _) = event { true } else { false }
        }
    }

    private func clock(_ broker: BitgetBroker, near offset: TimeSpan) async throws -> Bool {
        try await told(broker) { event in
            if case .clock(let told) = event { abs(told.milliseconds - offset.milliseconds) < 2000 } else { false }
        }
    }

    private func told(_ broker: BitgetBroker, _ isIt: (VenueEvent) -> Bool) async throws -> Bool {
        for _ in 0..<500 {
            guard let batch = try await broker.nextEvents() else { return false }
            if batch.events.contains(where: isIt) { return true }
        }
        return false
    }
}
