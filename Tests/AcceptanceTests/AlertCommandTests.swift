import Foundation
import Testing

extension Acceptance {
    /// A runner's alerts reach whoever `ALERT_COMMAND` names.
    @Suite struct AlertCommandTests {
        private func codes(_ site: Site) throws -> [String] {
            guard site.exists("alerts") else { return [] }
            return try String(decoding: try site.data("alerts"), as: UTF8.self).split(separator: "\n").compactMap {
                try (JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: String])?["code"]
            }
        }

        @Test func theCommandHearsEveryStageOfAHalt() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let runner = try Program(
                shared.replay + ["--sleep", "0.02"], in: site.url, environment: ["ALERT_COMMAND": "cat >> alerts"])
            try await site.waitUntilRunning(runner.pid)
            try await site.succeed(["kill", "--reason", "enough"])
            let end = try await runner.end()
            #expect(end.status == 10, "\(end.text)")
            let codes = try codes(site)
            let stages = ["KILL_ENGAGED", "KILL_CANCELLED", "KILL_FLAT"].map { codes.firstIndex(of: $0) ?? -1 }
            #expect(!stages.contains(-1) && stages == stages.sorted(), "\(codes)")
        }

        /// A command that hangs and one that fails keep no run from getting flat.
        @Test(arguments: ["sleep 60", "exit 3", "/nowhere/to/be/found"])
        func aUselessCommandDelaysNothing(command: String) async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let runner = try Program(
                shared.replay + ["--sleep", "0.02"], in: site.url, environment: ["ALERT_COMMAND": command])
            try await site.waitUntilRunning(runner.pid)
            try await site.succeed(["kill", "--reason", "enough"])
            try await site.expectHalted(reason: "enough", try await runner.end())
        }
    }
}
