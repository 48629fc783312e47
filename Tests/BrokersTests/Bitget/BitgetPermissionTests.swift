import Brokers
import Core
import Synchronization
import Testing

/// A key is refused for what the venue says of it, and for nothing else.
@Suite(.fewAtOnce) struct BitgetPermissionTests {
    /// What is told of the key: nothing, a list of words nobody knows, or that it only reads.
    enum Word: String, CaseIterable {
        case nothing, others, readOnly

        func info(isUnified: Bool) -> String? {
            switch self {
            case .nothing: nil
            case .others: isUnified ? #"{"permType":"custom","permissions":["uta_mgt"]}"# : #"{"authorities":["coor"]}"#
            case .readOnly: isUnified ? #"{"permType":"read-only","permissions":[]}"# : #"{"authorities":["coor"]}"#
            }
        }
    }

    private func start(_ word: Word, _ fault: BitgetStandIn.Fault, isUnified: Bool) async throws {
        let venue = BitgetStandIn(isUnified: isUnified)
        venue.state.withLock { $0.keyInfo = word.info(isUnified: isUnified) }
        venue.fail("cancel-order", fault, times: 1000)
        try await withBitget(venue, adjust: { $0.deadline = .milliseconds(500) }, isStarted: false) { broker, _ in
            try await broker.start(
                VenueWatch(
                    symbols: [BitgetBench.symbol], interval: BarInterval(milliseconds: 60_000), barsAfter: .epoch))
        }
    }

    static let doubts: [BitgetStandIn.Fault] = [
        .throttled(retryAfter: nil), .cut, .doneButPage, .refused(code: "40010"), .refused(code: "77777"),
        .refused(code: "45001", status: 500),
    ]

    @Test(arguments: doubts.indices, [false, true]) func doubtBeginsTheRun(fault: Int, isUnified: Bool) async throws {
        for word in [Word.nothing, .others] { try await start(word, Self.doubts[fault], isUnified: isUnified) }
    }

    @Test(arguments: Word.allCases, [false, true]) func aRefusedPermissionEndsTheStart(
        word: Word, isUnified: Bool
    ) async throws {
        let error = await #expect(throws: VenueError.self) {
            try await start(word, .refused(code: "40014"), isUnified: isUnified)
        }
        #expect(error?.remedy == .configuration && error?.message.contains("may not trade") == true)
    }

    @Test func aKeyThatIsSaidToReadOnlyIsRefusedWhateverElseGoesWrong() async throws {
        let error = await #expect(throws: VenueError.self) {
            try await start(.readOnly, .refused(code: "77777"), isUnified: true)
        }
        #expect(error?.remedy == .configuration)
    }
}
