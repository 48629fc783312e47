import Foundation
import Glibc
import Testing

extension Acceptance {
    @Suite struct SignalsCommandTests {
        /// A training of a second or so.
        private func training(_ out: String, _ bars: String, _ more: [String] = []) -> [String] {
            ["signals", "--bars", bars, "--out", out, "--train-window", "500", "--trade-window", "50"]
                + ["--population", "24", "--generations", "12"] + more
        }

        @Test func sameSeedSameBytesForAnyThreadsAndAnyInterruption() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try await site.succeed(training("one.bin", shared.bars, ["--threads", "1"]))
            let bytes = try site.data("one.bin")
            try await site.succeed(training("two.bin", shared.bars, ["--threads", "2"]))
            #expect(try site.data("two.bin") == bytes)
            try await site.succeed(training("seed.bin", shared.bars, ["--seed", "2"]))
            #expect(try site.data("seed.bin") != bytes)
            for (signal, status) in [(SIGINT, Int32(130)), (SIGTERM, 130), (SIGKILL, 128 + SIGKILL)] {
                let folder = "broken-\(signal)"
                let command = training("\(folder)/signals.bin", shared.bars)
                let started = try Program(command, in: site.url)
                #expect(try await waitFor { try !checkpoints(site, folder, ".done.json").isEmpty })
                started.send(signal)
                let end = try await started.end()
                #expect(end.status == status, "\(end.text)")
                #expect(!site.exists("\(folder)/signals.bin"))
                if signal != SIGKILL { #expect(end.output.contains("checkpoint")) }
                let resumed = try await site.succeed(command)
                #expect(resumed.output.contains("checkpoint: "), "\(resumed.output)")
                #expect(try site.data("\(folder)/signals.bin") == bytes, "resumed after signal \(signal)")
                #expect(try checkpoints(site, folder, ".json").isEmpty)
            }
        }

        @Test func resetForgetsTheCheckpointAndADamagedOneIsTrainedAgain() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let command = training("out/signals.bin", shared.bars)
            let started = try Program(command, in: site.url)
            #expect(try await waitFor { try checkpoints(site, "out", ".done.json").count > 1 })
            // A second search for the same file is refused before it works. The first may stand still while it writes.
            started.send(SIGSTOP)
            let second = try await site.run(command)
            #expect(second.status == 75, "\(second.text)")
            #expect(second.text.contains("process \(started.pid) is making out/signals.bin"), "\(second.text)")
            // Neither may one forget its checkpoint, or share it for another file; and none is written down.
            let kept = try checkpoints(site, "out", ".json").count
            for other in [command + ["--reset"], training("out/other.bin", shared.bars)] {
                let refused = try await site.run(other)
                #expect(refused.status == 75, "\(refused.text)")
                #expect(refused.text.contains("process \(started.pid) is"), "\(refused.text)")
            }
            #expect(try checkpoints(site, "out", ".json").count == kept)
            let books = try await site.succeed(["signals", "trials", "--json"]).jsonObject()
            #expect((books["lines"] as? [Any])?.count == 1, "\(books)")
            started.send(SIGCONT)
            started.send(SIGINT)
            _ = try await started.end()
            let name = try #require(try checkpoints(site, "out", ".done.json").first)
            try site.write("{", to: "out/\(name)")
            try await site.succeed(command)
            let bytes = try site.data("out/signals.bin")
            let fresh = try await site.succeed(command + ["--reset"])
            #expect(!fresh.output.contains("Going on from a checkpoint"))
            #expect(try site.data("out/signals.bin") == bytes)
        }

        @Test func aSignalWhileTheReportIsMadeEndsIt() async throws {
            let site = try Site()
            let bars = site.url.appending(path: "bars")
            try Workshop.copyBars(to: bars, names: ["BTCUSDT-1h", "LINKUSDT-1h"], rows: 4000)
            // Two searches for each asset, and twenty for the cross-validation of its report.
            let started = try Program(
                ["signals", "--bars", bars.path, "--out", "one.bin", "--report", "page", "--train-window", "3000"]
                    + ["--trade-window", "900", "--population", "64", "--generations", "30"], in: site.url)
            #expect(try await waitFor { site.exists("one.bin") })
            started.send(SIGINT)
            let end = try await started.end()
            #expect(end.status == 130, "\(end.text)")
            #expect(end.errors.contains("aitrade signals report one.bin"), "\(end.text)")
            #expect(try site.names("page").isEmpty)
            try await site.succeed(["signals", "inspect", "one.bin"])
        }

        private func checkpoints(_ site: Site, _ folder: String, _ suffix: String) throws -> [String] {
            try site.names(folder).filter { $0.hasSuffix(suffix) }
        }

        @Test func aFlippedByteAnywhereIsRefused() async throws {
            let site = try Site()
            let bars = site.url.appending(path: "bars")
            try Workshop.copyBars(to: bars, names: ["BTCUSDT-1h"], rows: 509)
            try await site.succeed(
                ["signals", "--bars", bars.path, "--out", "few.bin", "--train-window", "500", "--trade-window", "4"]
                    + ["--population", "8", "--generations", "2"])
            let sound = try site.data("few.bin")
            for sample in 0..<30 {
                var bytes = sound
                let place = sample == 29 ? bytes.count - 1 : sample * bytes.count / 29
                bytes[place] ^= 1 << (sample % 8)
                try bytes.write(to: site.url.appending(path: "flipped.bin"))
                let command =
                    sample % 10 == 0
                    ? ["run", "--loop", "--bars", bars.path, "--signals", "flipped.bin"]
                    : ["signals", "inspect", "flipped.bin"]
                try await site.fail(65, saying: ["flipped.bin", "fix:"], command)
                #expect(!site.exists("state/trades.sqlite"))
            }
            for length in [0, 1, 31, 32, sound.count / 2, sound.count - 1] {
                try sound.prefix(length).write(to: site.url.appending(path: "cut.bin"))
                try await site.fail(
                    65, saying: ["cut.bin", "fix:"], ["signals", "verify", "cut.bin", "--bars", bars.path])
            }
        }

        @Test func readersAgreeAndTheirJSONParses() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let header = try await site.succeed(["signals", "inspect", shared.artifact, "--json"]).jsonObject()
            let assets = try #require(header["assets"] as? [[String: Any]])
            #expect(assets.map { $0["symbol"] as? String } == ["BTCUSDT", "LINKUSDT"])
            let rows = assets.compactMap { $0["rows"] as? Int }.reduce(0, +)
            let csv = try await site.succeed(["signals", "export", shared.artifact]).output
            #expect(csv.split(separator: "\n").count == rows + 1)
            let json = try await site.succeed(["signals", "export", shared.artifact, "--format", "json"]).json()
            #expect((json as? [Any])?.count == rows)
            let check = try await site.succeed(
                ["signals", "verify", shared.artifact, "--bars", shared.bars, "--cuts", "5", "--json"])
            #expect((try check.jsonObject()["findings"] as? [Any])?.isEmpty == true)
            try await site.succeed(["signals", "inspect", shared.artifact, "--folds"])
        }
    }
}

/// Waits until something is so.
///
/// - Returns: Whether it came about in time.
func waitFor(_ limit: Duration = .seconds(30), _ condition: () throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if try condition() { return true }
        try await Task.sleep(for: .milliseconds(2))
    }
    return false
}

extension Finished {
    /// The output as JSON.
    func json() throws -> Any {
        try JSONSerialization.jsonObject(with: Data(output.utf8))
    }

    /// The output as a JSON object.
    func jsonObject() throws -> [String: Any] {
        try #require(try json() as? [String: Any])
    }
}
