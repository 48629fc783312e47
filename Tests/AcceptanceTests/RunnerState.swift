import Foundation
import Testing

/// What the files of a state folder say.
extension Site {
    /// The heartbeat; nil while there is none.
    var heartbeat: [String: Any]? { try? json("state/runner_heartbeat.json") }

    var positions: [String: String] { heartbeat?["positions"] as? [String: String] ?? [:] }

    /// Whether everything that is held has both its levels, each guarded by the venue or by the runner.
    var isProtected: Bool {
        guard let data = try? data("state/protections.json"),
            let rows = try? JSONSerialization.jsonObject(with: data) as? [[String: Any]], !rows.isEmpty
        else { return false }
        return rows.allSatisfy { row in
            let legs = (row["legs"] as? [[String: Any]] ?? []).compactMap { $0["state"] as? String }
            return legs.count == 2 && legs.allSatisfy { ["armedNative", "armedSynthetic"].contains($0) }
        }
    }

    /// Waits until a started runner trades.
    func waitUntilRunning(_ pid: pid_t) async throws {
        let isRunning = try await waitFor {
            heartbeat.map { $0["state"] as? String == "running" && $0["pid"] as? Int == Int(pid) } ?? false
        }
        #expect(isRunning, "no heartbeat of \(pid)")
    }

    /// The executions and intents, without what depends on how often the run was broken off.
    func books(_ folder: String = "state") async throws -> [String] {
        let verified = try await succeed(["ledger", "verify", "--state-dir", folder, "--json"])
        #expect((try verified.jsonObject()["findings"] as? [Any])?.isEmpty == true, "\(verified.text)")
        var lines: [String] = []
        for table in ["fills", "intents", "positions", "equity"] {
            let export = try await succeed(["ledger", "export", table, "--format", "json", "--state-dir", folder])
            for row in try #require(try export.json() as? [[String: Any]]) {
                let kept = row.filter { !["id", "journal"].contains($0.key) }
                let text = try JSONSerialization.data(withJSONObject: kept, options: .sortedKeys)
                lines.append("\(table):" + String(decoding: text, as: UTF8.self))
            }
        }
        let intents = lines.filter { $0.hasPrefix("intents:") }
        #expect(Set(intents).count == intents.count, "no order is written down twice")
        return lines
    }

    /// Everything says halted, and nothing is held.
    func expectHalted(reason: String, _ end: Finished, at location: SourceLocation = #_sourceLocation) async throws {
        #expect(end.status == 10, "\(end.text)", sourceLocation: location)
        #expect(end.output.contains(reason), "\(end.text)", sourceLocation: location)
        let beat = try #require(heartbeat, sourceLocation: location)
        #expect(beat["state"] as? String == "halted" && beat["killed"] as? Bool == true, sourceLocation: location)
        #expect(positions.isEmpty && beat["workingOrders"] as? Int == 0, sourceLocation: location)
        let protections = try JSONSerialization.jsonObject(with: try data("state/protections.json")) as? [Any]
        #expect(protections?.isEmpty == true, sourceLocation: location)
        let status = try await succeed(["status", "--json"]).jsonObject()
        #expect((status["latched"] as? [String: Any])?["reason"] as? String == reason, sourceLocation: location)
        #expect((status["positions"] as? [Any])?.isEmpty == true, sourceLocation: location)
    }
}
