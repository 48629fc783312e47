import Brokers
import Core
import Synchronization
import Testing

/// Executions of long ago: the venue tells them in spans of limited length.
@Suite(.fewAtOnce) struct BitgetSpanTests {
    private static let day: Int64 = 86_400_000

    @Test(arguments: BitgetContractTests.Manner.allCases)
    func executionsOfAllOfTheLastMonthsAreTold(manner: BitgetContractTests.Manner) async throws {
        let standIn = manner.standIn
        let now = BitgetStandIn.now()
        standIn.state.withLock { state in
            for days: Int64 in [1, 28, 31, 45, 59, 70, 85] {
                state.exchange.addOld(String(days), at: now - days * Self.day)
            }
        }
        try await withBitget(standIn, isStarted: false) { broker, _ in
            for (since, expected) in [(200, 7), (60, 5), (30, 2), (20, 1)] as [(Int64, Int)] {
                let told = try await broker.snapshot(
                    fillsSince: Timestamp(milliseconds: now - since * Self.day)
                ).fills
                #expect(told.count == expected, "since \(since) days: \(told.map(\.tradeID))")
                #expect(told.map(\.at) == told.map(\.at).sorted())
            }
            // Everything there is, as tools ask that have no last moment.
            #expect(try await broker.snapshot(fillsSince: .epoch).fills.count == 7)
        }
    }

    /// Many executions take longer than anybody waits who closes everything: what is held is told without them, and the
    /// reading goes on where it is.
    @Test(arguments: [false, true]) func executionsThatTakeLongKeepNobodyWaitingAndAreAllThereAtLast(
        isUnified: Bool
    ) async throws {
        let standIn = BitgetStandIn(isUnified: isUnified)
        let (now, gate) = (BitgetStandIn.now(), BitgetStandIn.Gate())
        standIn.state.withLock { state in
            for days: Int64 in [1, 28, 31, 45, 59, 70, 85] {
                state.exchange.addOld(String(days), at: now - days * Self.day)
            }
            state.fills = (gate, isUnified ? 1 : 0)
        }
        let since = Timestamp(milliseconds: now - 86 * Self.day)
        try await withBitget(standIn, adjust: { $0.historyPatience = .milliseconds(100) }, isStarted: false) {
            broker, _ in
            for _ in 0..<3 {
                let error = await #expect(throws: VenueError.self) { _ = try await broker.snapshot(fillsSince: since) }
                #expect(error?.code == VenueError.pendingExecutions && error?.remedy == .retryable)
                #expect(try await broker.snapshot().isFlat)
            }
            gate.open()
            var told: [Fill]?
            for _ in 0..<2000 where told == nil {
                do {
                    told = try await broker.snapshot(fillsSince: since).fills
                } catch let error as VenueError where error.code == VenueError.pendingExecutions {
                    continue
                }
            }
            #expect(told?.count == 7)
            // What was read is not asked for again.
            let old = standIn.requests("fills").filter {
                $0.query["startTime"].flatMap { Int64($0) } ?? now < now - Self.day
            }
            #expect(old.count == (isUnified ? 3 : 1))
        }
    }

    /// A list of executions that fails is told apart from an account that cannot be read: whoever closes everything
    /// asks for the rest.
    @Test(arguments: [false, true]) func executionsThatCannotBeReadHideNothingElse(isUnified: Bool) async throws {
        let standIn = BitgetStandIn(isUnified: isUnified)
        try await withBitget(standIn, isStarted: false) { broker, _ in
            standIn.fail("fills", .refused(code: "40006", status: 400), times: 100)
            let since = Timestamp(milliseconds: BitgetStandIn.now() - Self.day)
            let error = await #expect(throws: VenueError.self) { _ = try await broker.snapshot(fillsSince: since) }
            #expect(error?.code == VenueError.pendingExecutions && error?.remedy == .configuration)
            #expect(error?.message.contains("40006") == true, "the venue's own code is still there: \(error as Any)")
            let held = try await broker.snapshot()
            #expect(held.isFlat)
        }
    }

    @Test func spansCoverEverythingOnceAndNoneIsTooLong() throws {
        let now = Timestamp(milliseconds: 1_800_000_000_000)
        for longest in [1, 7, 29, 89] as [Int64] {
            for since in [0, 1, 6, 29, 30, 88, 400] as [Int64] {
                let moment = now - TimeSpan(milliseconds: since * Self.day)
                let spans = BitgetSpan.covering(
                    since: moment, to: now, longest: TimeSpan(milliseconds: longest * Self.day))
                #expect(spans.first?.end == nil)
                #expect(spans.last?.start == max(moment, now - TimeSpan(milliseconds: 89 * Self.day)))
                #expect(spans.allSatisfy { ($0.end ?? now) - $0.start <= TimeSpan(milliseconds: longest * Self.day) })
                for (newer, older) in zip(spans, spans.dropFirst()) {
                    #expect(older.end == newer.start - TimeSpan(milliseconds: 1))
                }
            }
        }
    }

    /// What does not end within reason is an error, never a part that is taken for all.
    @Test func aListThatIsCutOffIsAnError() async throws {
        let standIn = BitgetStandIn()
        standIn.state.withLock { $0.isEndless = true }
        try await withBitget(standIn, isStarted: false) { broker, _ in
            let error = await #expect(throws: VenueError.self) { _ = try await broker.snapshot() }
            #expect(error?.code == "BITGET_CUT_OFF")
            #expect(error?.message.contains("orders-pending") == true)
        }
    }
}
