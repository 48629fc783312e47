import Foundation
import Glibc
import Testing

/// What the books of a run and those of its venues have to agree on.
extension Site {
    /// The ledger is sound, and its executions are those of the venues, to the last digit.
    ///
    /// - Parameter fields: What is compared of each execution.
    func expectEqualBooks(
        with twins: [TwinAtWork], _ fields: [String] = TwinBooks.fields, at location: SourceLocation
    ) async throws {
        let verified = try await succeed(["ledger", "verify", "--state-dir", "state", "--json"], at: location)
        let findings = try verified.jsonObject()["findings"] as? [Any]
        #expect(findings?.isEmpty == true, "\(verified.text)", sourceLocation: location)
        let export = try await succeed(["ledger", "export", "fills", "--format", "json", "--state-dir", "state"])
        let rows = try #require(try export.json() as? [[String: Any]])
        for twin in twins {
            let own = rows.filter { row in
                // Spot is a market of the same venue; dust is written off here and stays where it is there.
                (row["venue"] as? String ?? "").hasPrefix(twin.venue.client)
                    && !(row["trade_id"] as? String ?? "").hasPrefix("DUST-")
            }.map { row in fields.map { TwinBooks.exact(row[$0]) }.joined(separator: " ") }.sorted()
            let theirs = try await twin.books().fills(fields)
            #expect(!theirs.isEmpty && own == theirs, "\(own) is not \(theirs)", sourceLocation: location)
        }
    }

    /// Nothing that was written anywhere holds a key, a token, a secret or a passphrase.
    func expectNoSecrets(of twins: [TwinAtWork], at location: SourceLocation) throws {
        try expectNowhere(twins.flatMap(\.secrets), at: location)
    }

    /// None of these is in anything that was written: state, ledger, logs, crashes, outputs of programs; as it is or
    /// encoded.
    func expectNowhere(_ secrets: [String], at location: SourceLocation = #_sourceLocation) throws {
        let forms = secrets.flatMap { [$0, Data($0.utf8).base64EncodedString()] }
        var looked = 0
        for name in try everyName() where !name.hasPrefix("twin/") {
            guard let data = try? data(name) else { continue }
            looked += 1
            for secret in forms {
                #expect(data.range(of: Data(secret.utf8)) == nil, "a secret is in \(name)", sourceLocation: location)
            }
        }
        #expect(looked > 5, sourceLocation: location)
    }

    /// Every file of the site, the outputs of programs included.
    private func everyName() throws -> [String] {
        (FileManager.default.enumerator(atPath: url.path)?.compactMap { $0 as? String } ?? []).sorted()
    }

    /// What the runner wrote down.
    var log: String {
        get throws { String(decoding: try data("state/trade_bot.log"), as: UTF8.self) }
    }

    /// Whether the runner wrote something down.
    func hasLogged(_ text: String) -> Bool { (try? log.contains(text)) ?? false }

    /// What the runner's state file says of an asset.
    func asset(_ symbol: String) -> [String: Any]? {
        let assets = (try? json("state/runner_state.json"))?["assets"] as? [[String: Any]] ?? []
        return assets.first { $0["symbol"] as? String == symbol }
    }

    /// Whether the runner takes an asset's market for closed.
    func isClosed(_ symbol: String) -> Bool { asset(symbol)?["marketOpen"] as? Bool == false }

    /// Whether the runner says that a close waits for the opening.
    func hasResidual(_ symbol: String) -> Bool { asset(symbol)?["residual"] is [String: Any] }
}

extension TwinAtWork {
    /// Ends at once, without a word to anybody.
    func die() async throws {
        program.send(SIGKILL)
        _ = try await program.end()
    }
}
