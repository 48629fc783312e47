import Foundation
import Glibc
import Testing

extension Acceptance {
    @Suite struct CrashCommandTests {
        @Test func killedAtManyMomentsTheRunEndsLikeAnUndisturbedOne() async throws {
            let (site, whole, shared) = (try Site(), try Site(), try await Workshop.shared.shared())
            try await whole.succeed(shared.replay)
            let undisturbed = try await whole.books()
            #expect(undisturbed.count { $0.hasPrefix("fills:") } > 10)
            var random = SystemRandomNumberGenerator()
            var (kills, delays): (Int, [Int]) = (0, [])
            for _ in 0..<14 {
                let runner = try Program(shared.replay + ["--sleep", "0.003"], in: site.url)
                let delay = Int.random(in: 5...350, using: &random)
                delays.append(delay)
                try await Task.sleep(for: .milliseconds(delay))
                runner.send(SIGKILL)
                kills += try await runner.end().status == 128 + SIGKILL ? 1 : 0
                if site.exists("state/trades.sqlite") { _ = try await site.run(["ledger", "verify"]) }
            }
            #expect(kills >= 10)
            try await site.succeed(shared.replay)
            #expect(try await site.books() == undisturbed, "killed after \(delays) ms")
        }

        @Test func killedWhileFlatteningItStillEndsFlat() async throws {
            let shared = try await Workshop.shared.shared()
            for delay in [0, 20, 60] {
                let site = try Site()
                let runner = try Program(shared.replay + ["--sleep", "0.02"], in: site.url)
                try await site.waitUntilRunning(runner.pid)
                #expect(try await waitFor { !site.positions.isEmpty })
                try site.write(#"{"enabled": true, "reason": "storm"}"#, to: "state/kill_switch.json")
                try await Task.sleep(for: .milliseconds(delay))
                runner.send(SIGKILL)
                _ = try await runner.end()
                try await site.expectHalted(reason: "storm", try await site.run(shared.replay))
                _ = try await site.books()
            }
        }

        @Test(arguments: [SIGINT, SIGTERM]) func aStopIsInOrderAndTheNextStartGoesOn(signal: Int32) async throws {
            let (site, whole, shared) = (try Site(), try Site(), try await Workshop.shared.shared())
            try await whole.succeed(shared.replay)
            for _ in 0..<3 {
                let runner = try Program(shared.replay + ["--sleep", "0.02"], in: site.url)
                try await site.waitUntilRunning(runner.pid)
                runner.send(signal)
                let end = try await runner.end()
                #expect(end.status == 0 && end.output.contains("Stopped after"), "\(end.text)")
                #expect(site.heartbeat?["state"] as? String == "stopped")
            }
            try await site.succeed(shared.replay)
            #expect(try await site.books() == whole.books())
        }

        @Test func aSecondInstanceIsRefusedAndNamesTheFirst() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let first = try Program(shared.replay + ["--sleep", "0.5"], in: site.url)
            try await site.waitUntilRunning(first.pid)
            try await site.fail(75, saying: ["\(first.pid)", "runner.lock", "fix:"], shared.replay)
            try await site.fail(75, saying: ["\(first.pid)"], shared.replay + ["--new"])
            #expect(try await site.succeed(["status"]).output.contains("pid \(first.pid)"))
            #expect(try await site.succeed(["ledger", "verify"]).output.contains("sound"))
            first.send(SIGINT)
            #expect(try await first.end().status == 0)
            try await site.succeed(shared.replay + ["--max-steps", "3"])
        }
    }
}
