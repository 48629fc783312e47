import Foundation
import Testing

extension Acceptance {
    @Suite struct DiskTests {
        private static let canMount = ConditionTrait.enabled(
            if: SmallDisk.isPermitted, Comment(rawValue: SmallDisk.reason))

        @Test(canMount) func aReadOnlyFolderIsNamed() async throws {
            let (site, shared, disk) = (try Site(), try await Workshop.shared.shared(), try SmallDisk(kibibytes: 64))
            try disk.makeReadOnly()
            let folder = disk.url.path
            try await site.fail(73, saying: [folder, "read-only", "fix:"], shared.replay + ["--state-dir", folder])
            try await site.fail(73, saying: [folder, "fix:"], ["kill", "--state-dir", folder])
            for out in ["\(folder)/x.bin", "\(folder)/new/x.bin"] {
                try await site.fail(
                    73, saying: [folder, "fix:"],
                    ["signals", "--bars", shared.bars, "--train-window", "500", "--out", out])
            }
            try await site.fail(
                73, saying: [folder, "fix:"],
                ["backtest", "--signals", shared.artifact, "--bars", shared.bars, "--report", "\(folder)/report"])
        }

        @Test(canMount) func aFullDiskStopsTheRunAndLosesNothing() async throws {
            let (site, whole, shared) = (try Site(), try Site(), try await Workshop.shared.shared())
            try await whole.succeed(shared.replay)
            let disk = try SmallDisk(kibibytes: 300)
            let state = ["--state-dir", disk.url.path]
            try await site.fail(73, saying: ["no space left", "fix:"], shared.replay + state)
            #expect(try await site.succeed(["ledger", "verify"] + state).output.contains("sound"))
            try disk.grow(kibibytes: 40_000)
            try await site.succeed(shared.replay + state)
            #expect(try await site.books(disk.url.path) == whole.books())
        }

        @Test(canMount) func aFullDiskLeavesNoHalfArtifact() async throws {
            let (site, shared, disk) = (try Site(), try await Workshop.shared.shared(), try SmallDisk(kibibytes: 24))
            let out = disk.url.appending(path: "x.bin").path
            let command = ["signals", "--bars", shared.bars, "--out", out, "--train-window", "500"]
            try await site.fail(
                73, saying: [disk.url.path, "no space", "fix:"], command + ["--population", "12", "--generations", "3"])
            let names = try FileManager.default.contentsOfDirectory(atPath: disk.url.path)
            #expect(Set(names).isSubset(of: ["checkpoints"]))
            try disk.grow(kibibytes: 4000)
            try await site.succeed(command + ["--population", "12", "--generations", "3"])
            try await site.succeed(["signals", "verify", out, "--bars", shared.bars, "--cuts", "2"])
        }

        @Test func aFolderInThePlaceOfTheArtifactIsNoticedBeforeTheWork() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try FileManager.default.createDirectory(
                at: site.url.appending(path: "out.bin"), withIntermediateDirectories: true)
            let end = try await site.fail(
                73, saying: ["out.bin", "folder", "--out"],
                ["signals", "--bars", shared.bars, "--out", "out.bin", "--train-window", "500"])
            #expect(!end.output.contains("Training"))
            try site.write("file", to: "plain")
            try await site.fail(
                73, saying: ["plain", "fix:"],
                ["signals", "--bars", shared.bars, "--out", "plain/x.bin", "--train-window", "500"])
        }

        @Test func aDamagedLedgerIsRefusedAndLeftAsItIs() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try await site.succeed(shared.replay + ["--max-steps", "300"])
            let sound = try site.data("state/trades.sqlite")
            for damage in [Data("not a database, really".utf8), sound.prefix(sound.count / 2), Data(sound.reversed())] {
                for name in try site.names("state") where name.hasPrefix("trades.sqlite") {
                    try FileManager.default.removeItem(at: site.url.appending(path: "state/\(name)"))
                }
                try damage.write(to: site.url.appending(path: "state/trades.sqlite"))
                try await site.fail(65, saying: ["state/trades.sqlite", "fix:"], shared.replay)
                #expect(try site.data("state/trades.sqlite") == damage)
                try await site.fail(65, saying: ["state/trades.sqlite", "fix:"], ["status"])
            }
        }

        @Test func otherBarsUnderALedgerAreRefused() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try FileManager.default.copyItem(
                at: URL(filePath: shared.bars), to: site.url.appending(path: "bars"))
            let replay = shared.replay.map { $0 == shared.bars ? "bars" : $0 }
            try await site.succeed(replay + ["--max-steps", "400"])
            let books = try await site.books()
            var lines = String(decoding: try site.data("bars/BTCUSDT-1h.csv"), as: UTF8.self).split(separator: "\n")
            var cells = lines[700].split(separator: ",").map(String.init)
            cells[5] = "1.25"
            lines[700] = Substring(cells.joined(separator: ","))
            try site.write(lines.joined(separator: "\n") + "\n", to: "bars/BTCUSDT-1h.csv")
            try await site.fail(65, saying: ["stored bars changed", "--new"], replay)
            #expect(try site.json("state/runner_heartbeat.json")["state"] as? String == "failed")
            #expect(try await site.books() == books)
            try await site.succeed(replay + ["--new"])
        }

        @Test func otherAssetsOrArtifactsUnderALedgerAreRefused() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try await site.succeed(shared.replay + ["--assets", "BTCUSDT", "--max-steps", "10"])
            try await site.fail(
                78, saying: ["BTCUSDT", "--new", "--state-dir"], shared.replay + ["--assets", "LINKUSDT"])
            try await site.fail(78, saying: ["BTCUSDT", "--new"], shared.replay)
            try await site.succeed(shared.replay + ["--assets", "BTCUSDT", "--max-steps", "10"])
            try await site.fail(
                78, saying: ["--to", "--new"], shared.replay + ["--assets", "BTCUSDT", "--to", "2024-01-22T02:00"])
        }
    }
}
