import Foundation
import Testing

extension Acceptance {
    /// Searches over several timeframes, and bars that are made of shorter ones.
    @Suite struct TimeframeCommandTests {
        private func training(_ out: String, _ bars: String, _ more: [String]) -> [String] {
            ["signals", "--bars", bars, "--out", out, "--trials", "\(out).sqlite", "--population", "12"]
                + ["--generations", "3", "--train-window", "500", "--trade-window", "200"] + more
        }

        @Test func aSearchOverTimeframesIsRecordedVerifiedAndReplayed() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let told = try await site.succeed(training("on.bin", shared.bars, ["--timeframes", "on"])).output
            #expect(told.contains("1h 0.4167, 4h 0.3333, 1d 0.1667, 1w 0.0833 (15m left out"))
            let header = try await site.succeed(["signals", "inspect", "on.bin", "--json"]).jsonObject()
            let timeframes = try #require(header["timeframes"] as? [[String: Any]])
            #expect(timeframes.map { $0["interval"] as? String } == ["15m", "1h", "4h", "1d", "1w"])
            #expect(timeframes.map { $0["weight"] as? Double } == [0.4, 0.25, 0.2, 0.1, 0.05])
            let text = try await site.succeed(["signals", "inspect", "on.bin", "--trials", "on.bin.sqlite"]).output
            #expect(text.contains("timeframes 1h 0.4167"))
            try await site.succeed(["signals", "verify", "on.bin", "--bars", shared.bars, "--cuts", "200"])
            try await site.succeed(["signals", "report", "on.bin", "--bars", shared.bars, "--out", "report"])
            #expect(String(decoding: try site.data("report/report.html"), as: UTF8.self).contains("15m left out"))
            try await site.succeed(["backtest", "--signals", "on.bin", "--bars", shared.bars])
            // The same weights, said in three ways, are one search; without them the file is what it always was.
            let settings = ["SIGNALS_TIMEFRAMES": "1h:.25,15m:.4,4h:.2,1w:.05,1d:.1"]
            try await site.succeed(training("env.bin", shared.bars, ["--timeframes", "on"]), environment: settings)
            try await site.succeed(
                training("flag.bin", shared.bars, ["--timeframes", "15m=.40,1h=.25,4h=.20,1d=.10,1w=.05"]))
            #expect(try site.data("env.bin") == site.data("on.bin") && site.data("flag.bin") == site.data("on.bin"))
            try await site.succeed(training("off.bin", shared.bars, ["--timeframes", "off"]), environment: settings)
            try await site.succeed(training("plain.bin", shared.bars, []))
            #expect(try site.data("off.bin") == site.data("plain.bin") && site.data("off.bin") != site.data("on.bin"))
        }

        @Test func presetsTurnThemOnAndTheFlagTurnsThemOff() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try site.write(#"{"name": "mine", "summary": "Mine.", "timeframes": "1h=.5,4h=.5"}"#, to: "mine.json")
            let command = training("mine.bin", shared.bars, ["--preset", "mine.json", "--assets", "BTCUSDT"])
            #expect(try await site.succeed(command).output.contains("timeframes 1h 0.5, 4h 0.5."))
            let off = try await site.succeed(command + ["--timeframes", "off"]).output
            #expect(!off.contains("timeframes"))
            try site.write(#"{"name": "mine", "summary": "Mine.", "timeframes": "1h=.5,4h=.4"}"#, to: "mine.json")
            try await site.fail(65, saying: ["mine.json", "timeframes", "add up to 0.9"], command)
        }

        @Test func weightsThatDoNotAddUpAreNamedWithTheirSum() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let command = training("a.bin", shared.bars, [])
            try await site.fail(
                64, saying: ["--timeframes", "add up to 0.95, not 1", "fix:"],
                command + ["--timeframes", "1h=.5,4h=.45"])
            try await site.fail(64, saying: ["--timeframes", "'often'"], command + ["--timeframes", "often"])
            try await site.fail(
                78, saying: ["SIGNALS_TIMEFRAMES", "add up to 1.1, not 1", "fix:"], command,
                environment: ["SIGNALS_TIMEFRAMES": "1h:.6,4h:.5"])
            try await site.fail(
                78, saying: ["SIGNALS_TIMEFRAME", "SIGNALS_TIMEFRAMES?"], command,
                environment: ["SIGNALS_TIMEFRAME": "1h:1"])
            try await site.fail(
                78, saying: ["none of the timeframes 15m=1.0 is made of whole 1h bars"],
                command + ["--timeframes", "15m=1"])
        }

        @Test func barsOfAnyLengthAreMadeOfShorterOnes() async throws {
            let site = try Site()
            let bars = site.url.appending(path: "bars")
            try Workshop.copyBars(to: bars, names: ["BTCUSDT-1h", "LINKUSDT-1h", "SBER-1d"])
            for (interval, trade) in [("4h", "150"), ("2h", "400")] {
                let command =
                    ["signals", "--bars", bars.path, "--out", "\(interval).bin", "--trials", "\(interval).sqlite"]
                    + ["--interval", interval, "--assets", "BTCUSDT,LINKUSDT"]
                    + ["--population", "8", "--generations", "2"]
                    + ["--train-window", "600", "--trade-window", trade, "--timeframes", "on"]
                let told = try await site.succeed(command).output
                #expect(told.contains(interval == "4h" ? "1d" : "(15m, 1h left out"))
                let read = ["--bars", bars.path]
                try await site.succeed(["signals", "verify", "\(interval).bin", "--cuts", "100"] + read)
                try await site.succeed(["signals", "report", "\(interval).bin", "--out", "report-\(interval)"] + read)
                try await site.succeed(["backtest", "--signals", "\(interval).bin"] + read)
                let run = ["run", "--loop", "--signals", "\(interval).bin", "--state-dir", "state-\(interval)"] + read
                try await site.succeed(run + ["--mode", "backtest"])
            }
            // Daily shares have no hours to make them of, and an hour is not made of days.
            let share = ["signals", "--bars", bars.path, "--out", "x.bin", "--assets", "SBER", "--interval"]
            try await site.fail(65, saying: ["SBER has no 1h bars", "--interval 1d"], share + ["1h"])
            let odd = ["signals", "--bars", bars.path, "--interval", "45s"]
            try await site.fail(65, saying: ["there are no 45s bars"], odd)
        }
    }
}
