import Core
import Foundation
import Signals
import Storage

/// A signals artifact on disk.
struct ArtifactFile {
    static let defaultPath = "data_cache/production_signals_v1.bin"

    let path: String
    let artifact: SignalsArtifact
    /// SHA-256 of the whole file; part of every order's name.
    let digest: Digest

    /// Reads and checks the file.
    ///
    /// - Throws: ``CommandFailure`` (65) when it is missing or does not hold what it claims.
    init(path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else {
            throw CommandFailure(
                .corruptInput, "there is no signals artifact at \(path)",
                fix: "make one: aitrade signals --mode walk; or name another with --signals FILE")
        }
        let bytes: [UInt8]
        do {
            bytes = Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw CommandFailure(.corruptInput, "\(path) cannot be read", fix: "check its permissions")
        }
        guard bytes.starts(with: Array("AITSIG".utf8)) else {
            throw CommandFailure(
                .corruptInput, "\(path) is not a signals artifact: it begins with something else",
                fix: "name an artifact, or make one: aitrade signals --mode walk")
        }
        do {
            artifact = try SignalsArtifact.decode(bytes)
        } catch {
            throw CommandFailure(
                .corruptInput, "\(path) is not a sound signals artifact: \(error)",
                fix: "name an artifact, or make one: aitrade signals --mode walk")
        }
        self.path = path
        digest = Digest.sha256(bytes)
    }

    /// The assets named by `wanted`, or all.
    ///
    /// - Throws: ``CommandFailure`` (78) naming what the artifact has.
    ///
    /// - Parameter folder: The bars that more signals could be made from.
    func assets(_ wanted: [Symbol]?, bars folder: String = BarFolderOption.standard) throws -> [ArtifactAsset] {
        guard let wanted else { return artifact.assets }
        return try wanted.map { symbol in
            guard let asset = artifact.asset(symbol) else {
                let known = artifact.assets.map(\.symbol.name).joined(separator: ", ")
                throw CommandFailure(
                    .configuration, "\(path) has no signals for \(symbol); it has \(known)",
                    fix: "\(remedy(symbol, folder)); or choose with --assets")
            }
            return asset
        }
    }

    /// The command that makes signals for an asset, with an interval that its bars make, and beside this artifact.
    private func remedy(_ symbol: Symbol, _ folder: String) -> String {
        let store = BarStore(folder: folder)
        let base = "make some: aitrade signals --mode walk --assets \(symbol)"
        let out = " --out data_cache/\(symbol).bin"
        if (try? store.source(of: symbol, artifact.origin.interval)) ?? nil != nil {
            return "\(base) --interval \(artifact.origin.interval)\(out)"
        }
        guard let other = (try? store.names())?.first(where: { $0.symbol == symbol })?.interval else {
            return "import bars of \(symbol) first (aitrade data import), then \(base.dropFirst(11))\(out)"
        }
        return "\(base) --interval \(other)\(out)"
    }

    /// Every row of `assets`, in the order of the file.
    static func rows(of assets: [ArtifactAsset]) -> [SignalRow] {
        assets.flatMap { asset in (0..<asset.columns.count).map(asset.row) }
    }
}
