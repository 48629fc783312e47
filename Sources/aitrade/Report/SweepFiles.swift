import Core
import Foundation
import Signals
import Storage

/// Where a sweep writes what it found.
struct SweepFiles {
    /// The file for every pair.
    let csv: String?
    /// The folder for `sweep.html` and `sweep.json`.
    let report: String?

    /// Finds out before the work whether its result can be written.
    func check() throws {
        let targets = [("--csv", csv.map { Self.folder(of: $0) }), ("--report", report)]
        for case (let flag, let folder?) in targets {
            try AtomicFile.createFolder(folder)
            guard FileManager.default.isWritableFile(atPath: folder) else {
                throw CommandFailure(
                    .cannotWrite, "\(folder) is not writable", fix: "choose another place with \(flag)")
            }
        }
        var isFolder: ObjCBool = false
        guard let csv, FileManager.default.fileExists(atPath: csv, isDirectory: &isFolder), isFolder.boolValue else {
            return
        }
        throw CommandFailure(.cannotWrite, "\(csv) is a folder", fix: "name a file with --csv")
    }

    func write(_ sweep: Sweep) throws {
        if let csv { try AtomicFile.write(Self.table(sweep), to: csv) }
        guard let report else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        try AtomicFile.write(Array(try encoder.encode(sweep)), to: "\(report)/sweep.json")
        try AtomicFile.write(SweepPage(sweep).html, to: "\(report)/sweep.html")
    }

    /// Says what was written.
    func announce() {
        if let csv { print("  pairs      \(csv)") }
        if let report { print("  report     \(report)/sweep.html, sweep.json") }
    }

    /// Every pair's profits in the shortest digits that give the same number again.
    private static func table(_ sweep: Sweep) -> String {
        let rows = sweep.assets.flatMap { asset in
            asset.pairs.map { outcome in
                "\(asset.symbol),\(outcome.pair.above),\(outcome.pair.below),\(outcome.chosenOn),\(outcome.heldOut)\n"
            }
        }
        return "symbol,above,below,chosen_on,held_out\n" + rows.joined()
    }

    private static func folder(of path: String) -> String {
        let folder = URL(filePath: path).deletingLastPathComponent().relativePath
        return folder.isEmpty ? "." : folder
    }
}
