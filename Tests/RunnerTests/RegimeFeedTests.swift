import Core
import Engine
import Foundation
import Runner
import Synchronization
import Testing

@Suite struct RegimeFeedTests {
    /// A source whose document the test changes.
    private final class Board: RegimeSource {
        let text: Mutex<String?>
        let name = "board"

        init(_ text: String?) {
            self.text = Mutex(text)
        }

        func read() async throws -> Data {
            guard let text = text.withLock({ $0 }) else { throw RegimeDocument.Fault(description: "gone") }
            return Data(text.utf8)
        }
    }

    private static let may: Int64 = 1_714_521_600_000

    private func at(hours: Int64) -> Timestamp { Timestamp(milliseconds: Self.may + hours * 3_600_000) }

    private func document(_ rows: String...) -> String {
        #"{"schema": 1, "readings": ["# + rows.joined(separator: ",") + "]}"
    }

    @Test func aDocumentIsReadInTheOrderOfItsMoments() throws {
        let text = document(
            #"{"at": "2024-05-01T12:00:00Z", "dxyChangePct": 0.41, "nextFomc": "2024-05-01T18:00:00Z"}"#,
            #"{"at": 1714521600000, "btcDominanceChangePct": -0.1}"#)
        let readings = try RegimeDocument(Data(text.utf8)).readings
        #expect(
            readings == [
                RegimeReading(at: at(hours: 0), bitcoinDominanceChange: FixedDecimal("-0.1")),
                RegimeReading(
                    at: at(hours: 12), dollarIndexChange: FixedDecimal("0.41"), nextMeeting: at(hours: 18)),
            ])
    }

    @Test(arguments: [
        ("{", ""), ("[]", ""), (#"{"readings": []}"#, "schema"),
        (#"{"schema": 2, "readings": [{"at": 0}]}"#, "schema 2"),
        (#"{"schema": 1, "readings": []}"#, "no readings"), (#"{"schema": 1, "readings": [{}]}"#, "at"),
        (#"{"schema": 1, "readings": [{"at": "noon"}]}"#, "noon"),
        (#"{"schema": 1, "readings": [{"at": 0, "dxyChangePct": 1e300}]}"#, "dxyChangePct"),
        (#"{"schema": 1, "readings": [{"at": 0, "dxyChangePct": "much"}]}"#, "dxyChangePct"),
    ])
    func aBrokenDocumentSaysWhatIsWrong(text: String, word: String) throws {
        let fault = #expect(throws: RegimeDocument.Fault.self) { try RegimeDocument(Data(text.utf8)) }
        let text = try #require(fault?.description)
        #expect(!text.isEmpty && (word.isEmpty || text.contains(word)), "\(text)")
    }

    @Test func aReadingIsToldOnceAndNeverBeforeItsMoment() async throws {
        let board = Board(document(#"{"at": 1714521600000, "dxyChangePct": 0.1}"#, #"{"at": 1714525200000}"#))
        let feed = RegimeFeed(board, uptime: { .zero })
        await feed.start()
        var engine = Engine()
        #expect(await feed.due(engine, at: at(hours: -1)).isEmpty)
        let first = await feed.due(engine, at: at(hours: 0))
        #expect(first == [.regime(RegimeReading(at: at(hours: 0), dollarIndexChange: FixedDecimal("0.1")))])
        for event in first { _ = engine.step(event, at: at(hours: 0)) }
        #expect(await feed.due(engine, at: at(hours: 0)).isEmpty)
        #expect(await feed.due(engine, at: at(hours: 1)) == [.regime(RegimeReading(at: at(hours: 1)))])
    }

    @Test func aSourceThatStaysBrokenIsAFaultUntilItHeals() async throws {
        let board = Board(nil)
        let clock = Mutex(Duration.zero)
        let feed = RegimeFeed(board, uptime: { clock.withLock { $0 } })
        await feed.start()
        var engine = Engine()
        let told = await feed.due(engine, at: at(hours: 0))
        #expect(told == [.regime(RegimeReading(at: at(hours: 0), fault: "board: gone"))])
        for event in told { _ = engine.step(event, at: at(hours: 0)) }
        #expect(await feed.due(engine, at: at(hours: 0)).isEmpty)
        board.text.withLock { $0 = document(#"{"at": 1714521600000, "dxyChangePct": 0.1}"#) }
        clock.withLock { $0 = .seconds(2) }
        await feed.start()
        let healed = await feed.due(engine, at: at(hours: 1))
        #expect(healed == [.regime(RegimeReading(at: at(hours: 0), dollarIndexChange: FixedDecimal("0.1")))])
    }
}
