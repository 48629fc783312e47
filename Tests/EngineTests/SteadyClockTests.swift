import Core
import Engine
import Testing

/// The engine's time by a clock that is set.
@Suite struct SteadyClockTests {
    private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

    @Test func aClockThatGoesOnIsTheTime() {
        var clock = SteadyClock(at: at(1000))
        for second in Int64(1000)...1100 { #expect(clock.read(at(second)) == at(second)) }
        #expect(clock.read(at(9000)) == at(9000), "set ahead")
    }

    /// A minute after a clock was set back by an hour, 57 seconds have passed for the engine, not none.
    @Test func aClockThatIsSetBackStopsNoDeadline() {
        var clock = SteadyClock(at: at(10_000))
        let before = clock.read(at(10_000))
        #expect(clock.read(at(6400)) == before)
        #expect(clock.read(at(6460)) == before + .seconds(57))
        #expect(clock.read(at(6400 + 36_000)) == before + .seconds(36_000 - 1800), "the lead melts away")
        #expect(clock.read(at(6400 + 72_000)) == at(6400 + 72_000))
        #expect(clock.read(at(6400 + 90_000)) == at(6400 + 90_000))
    }

    @Test func itNeverGoesBackHoweverOftenItIsSet() {
        var random = SeededRandom(seed: 7, stream: "clock")
        var (wall, last) = (at(100_000), Timestamp.epoch)
        var clock = SteadyClock(at: wall)
        for _ in 0..<10_000 {
            wall = wall + .milliseconds(random.chance(0.01) ? -Int64(random.below(20_000)) : Int64(random.below(50)))
            let now = clock.read(wall)
            #expect(now >= last && now >= wall && now == clock.moment(at: wall))
            last = now
        }
    }

    /// The journal knows a later time than a machine that has just started.
    @Test func aProcessGoesOnFromTheJournal() {
        var clock = SteadyClock(from: at(5000), at: at(4000))
        #expect(clock.read(at(4000)) == at(5000))
        #expect(clock.read(at(4100)) == at(5095))
        var later = SteadyClock(from: at(5000), at: at(6000))
        #expect(later.read(at(6001)) == at(6001))
    }
}
