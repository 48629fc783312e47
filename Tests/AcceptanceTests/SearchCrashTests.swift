import Core
import Foundation
import Glibc
import Testing

extension Acceptance {
    /// A search may be killed at any instant, in the middle of a generation too, and loses nothing but that.
    @Suite struct SearchCrashTests {
        @Test(arguments: [["walk"], ["universal"], ["universal", "--cross-asset-wf"]])
        func killedAtRandomInstantsTheArtifactIsTheSame(mode: [String]) async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            func command(_ folder: String) -> [String] {
                ["signals", "--mode"] + mode + ["--bars", shared.bars, "--out", "\(folder)/signals.bin", "--trials"]
                    + ["\(folder).sqlite", "--train-window", "500", "--trade-window", "100", "--population", "48"]
                    + ["--generations", "40", "--timeframes", "on", "--threads", "2"]
            }
            try await site.succeed(command("whole"))
            let bytes = try site.data("whole/signals.bin")
            // Every run tries other instants; the seed in a failure's note brings them back.
            let seed = UInt64.random(in: 0..<1_000_000)
            var random = SeededRandom(seed: seed)
            var (kills, halfway, delays): (Int, Int, [Int]) = (0, 0, [])
            for round in 0..<9 {
                let before = try stored(site)
                let program = try Program(command("killed"), in: site.url)
                // Every third is killed wherever it is, the others after one more generation or fold is stored.
                if round % 3 != 2 { _ = try await waitFor { try stored(site) != before } }
                delays.append(random.below(41))
                try await Task.sleep(for: .milliseconds(delays[round]))
                program.send(SIGKILL)
                guard try await program.end().status == 128 + SIGKILL else { break }
                kills += 1
                // Searches that were cut off between their first generation and their end.
                halfway += try stored(site).contains { $0.contains(".work.json") } ? 1 : 0
            }
            #expect(kills >= 3 && halfway >= 2, "seed \(seed), killed after \(delays) ms")
            try await site.succeed(command("killed"))
            #expect(try site.data("killed/signals.bin") == bytes, "seed \(seed), killed after \(delays) ms")
            #expect(try site.leftovers().isEmpty)
        }

        /// The stored generations and folds, each with its length.
        private func stored(_ site: Site) throws -> [String] {
            try site.names("killed").filter { $0.hasSuffix(".json") }.map { name in
                "\(name) \((try? site.data("killed/\(name)"))?.count ?? 0)"
            }
        }
    }
}
