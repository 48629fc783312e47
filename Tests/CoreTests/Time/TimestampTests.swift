import Core
import FoundationEssentials
import Testing

@Suite struct TimestampTests {
    @Test func momentsAndSpansAddUp() {
        for start in -5...5 {
            for length in -5...5 {
                let moment = Timestamp(milliseconds: Int64(start))
                let span = TimeSpan(milliseconds: Int64(length))
                #expect((moment + span).milliseconds == Int64(start + length))
                #expect((moment + span) - moment == span)
                #expect((moment + span) - span == moment)
                #expect((moment < moment + span) == (length > 0))
                #expect((span < .zero) == (length < 0))
                #expect((span * 3).milliseconds == Int64(length * 3))
                #expect((span + span) == span * 2)
            }
        }
    }

    @Test func theFarFutureCanStillBeAddedTo() {
        #expect(Timestamp.distantFuture + (Timestamp.distantFuture - Timestamp.epoch) > Timestamp.distantFuture)
        #expect(Timestamp.epoch.milliseconds == 0)
    }

    @Test func secondsAreThousandsOfMilliseconds() {
        #expect(TimeSpan.seconds(3) == .milliseconds(3000))
        #expect(TimeSpan.milliseconds(1500).seconds == 1.5)
        #expect(TimeSpan.seconds(-2).seconds == -2)
    }

    @Test func momentsAndSpansTravelAsBareNumbers() throws {
        let moments = [Timestamp(milliseconds: 1_700_000_000_000), .epoch, Timestamp(milliseconds: -1)]
        let data = try JSONEncoder().encode(moments)
        #expect(String(decoding: data, as: UTF8.self) == "[1700000000000,0,-1]")
        #expect(try JSONDecoder().decode([Timestamp].self, from: data) == moments)
        #expect(try JSONDecoder().decode([TimeSpan].self, from: Data("[5,-7]".utf8)).map(\.milliseconds) == [5, -7])
        #expect(String(decoding: try JSONEncoder().encode([TimeSpan.seconds(1)]), as: UTF8.self) == "[1000]")
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([Timestamp].self, from: Data("[\"1\"]".utf8)) }
    }
}
