import Foundation
import Glibc
import Testing

extension Acceptance {
    /// The real program on a disk that fails under its ledger.
    @Suite struct FaultyDiskTests {
        /// Whatever fails whenever: the run says so, nothing is half-written, and the next start goes on as if nothing
        /// had happened.
        @Test(arguments: [
            (FaultShim.Call.write, 0), (.write, 7), (.write, 120), (.sync, 0), (.sync, 3), (.sync, 25),
        ])
        func aFailingDiskStopsTheRunAndLosesNothing(call: FaultShim.Call, passes: Int) async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let run = shared.replay + ["--to", "2024-02-03"]
            for error in [EIO, ENOSPC] {
                let fault = try FaultShim.environment(
                    call, on: "trades.sqlite", after: passes, error: error)
                let end = try await site.fail(
                    73, saying: ["trades.sqlite", "fix:"], run, environment: fault)
                // SQLite calls a failed flush an I/O error whatever the reason, and so a log that cannot grow.
                #expect(
                    end.errors.contains("disk failed") || end.errors.contains("no space left"), "\(end.text)")
                #expect(site.heartbeat.map { $0["state"] as? String == "failed" } ?? true)
            }
            try await site.succeed(run)
            let whole = try Site()
            try await whole.succeed(run)
            #expect(try await site.books() == whole.books(), "\(call) after \(passes)")
        }

        @Test func aLedgerThatMayNotBeWrittenIsNamed() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let run = shared.replay + ["--max-steps", "50"]
            try await site.succeed(run)
            let before = try await site.books()
            for error in [EACCES, EROFS, EPERM] {
                let fault = try FaultShim.environment(.open, on: "trades.sqlite", after: 0, error: error)
                try await site.fail(73, saying: ["trades.sqlite", "fix:"], run, environment: fault)
            }
            #expect(try await site.books() == before)
        }

        /// Permissions do not bind root; the test above holds for everybody.
        @Test(.enabled(if: geteuid() != 0, "root writes everywhere"))
        func permissionsOnLedgerAndFolderAreNamed() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let run = shared.replay + ["--max-steps", "50"]
            try await site.succeed(run)
            let (folder, file) = (
                site.url.appending(path: "state").path, site.url.appending(path: "state/trades.sqlite")
            )
            chmod(file.path, 0o444)
            try await site.fail(73, saying: ["trades.sqlite", "fix:"], run)
            chmod(file.path, 0o644)
            chmod(folder, 0o555)
            try await site.fail(73, saying: ["state", "fix:"], run)
            chmod(folder, 0o755)
            try await site.succeed(run)
        }
    }
}
