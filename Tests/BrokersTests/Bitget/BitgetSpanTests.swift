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
