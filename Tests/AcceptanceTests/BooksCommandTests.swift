import Foundation
import Glibc
import Testing

extension Acceptance {
    @Suite struct BooksCommandTests {
        private static let engaged = #"{"enabled": true, "reason": "manual"}"#

        @Test func aNewReplayIsRefusedWhileLatched() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try FileManager.default.createDirectory(
                at: site.url.appending(path: "state"), withIntermediateDirectories: true)
            try site.write(Self.engaged, to: "state/kill_switch.json")
            try await site.expectHalted(reason: "manual", try await site.run(shared.replay))
            let books = try await site.books()
            try await site.fail(11, saying: ["halted by the kill switch", "kill --release"], shared.replay + ["--new"])
            #expect(try await site.books() == books)
        }

        @Test func aHaltIsMeasuredAndADrillProvesFlatWithoutTouchingTheState() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let runner = try Program(shared.replay + ["--sleep", "0.02"], in: site.url)
            try await site.waitUntilRunning(runner.pid)
            #expect(try await waitFor { !site.positions.isEmpty }, "a position was opened")
            try site.write(Self.engaged, to: "state/kill_switch.json")
            try await site.expectHalted(reason: "manual", try await runner.end())
            let books = try await site.books()
            let status = try Self.object(try await site.succeed(["status", "--json"]).output)
            let halt = try #require((status["halts"] as? [[String: Any]])?.last)
            for stage in ["blockedAfter", "cancelledAfter", "flatAfter"] { #expect(halt[stage] is Int, "\(halt)") }
            #expect((status["lastProvenFlat"] as? [String: Any])?["kind"] as? String == "halt")
            let drill = try Self.object(
                try await site.succeed(["kill", "--drill", "--seed", "3", "--json"]).output)
            #expect(drill["isFlat"] as? Bool == true)
            #expect(drill["positions"] as? Int ?? 0 > 0)
            #expect(try await site.books() == books)
            let after = try Self.object(try await site.succeed(["status", "--json"]).output)
            #expect((after["lastProvenFlat"] as? [String: Any])?["kind"] as? String == "drill")
            #expect(try await site.succeed(["status"]).output.contains("ago by a drill"))
        }

        @Test func reconcileAsksTheRunnerOrDoesItItself() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let runner = try Program(shared.replay + ["--sleep", "0.05"], in: site.url)
            try await site.waitUntilRunning(runner.pid)
            let asked = try await site.succeed(["reconcile"])
            #expect(asked.output.contains("agree"))
            try await site.succeed(["acknowledge", "BTCUSDT", "--by", "ann"])
            #expect(
                try await waitFor {
                    (try? FileManager.default.contentsOfDirectory(
                        atPath: site.url.appending(path: "state/inbox").path))?.isEmpty == true
                }, "the runner takes the file")
            runner.send(SIGINT)
            _ = try await runner.end()
            let signals = ["--signals", shared.artifact, "--bars", shared.bars]
            let alone = try Self.object(try await site.succeed(["reconcile", "--json"] + signals).output)
            #expect((alone["unsettled"] as? [Any])?.isEmpty == true)
            try await site.fail(64, saying: ["is no rule"], ["release", "--rule", "X", "--by", "a", "--reason", "b"])
        }

        private static func object(_ text: String) throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        }
    }
}
