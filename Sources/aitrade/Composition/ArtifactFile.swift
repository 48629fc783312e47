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
    func assets(_ wanted: [Symbol]?) throws -> [ArtifactAsset] {
        guard let wanted else { return artifact.assets }
        return try wanted.map { symbol in
            guard let asset = artifact.asset(symbol) else {
                let known = artifact.assets.map(\.symbol.name).joined(separator: ", ")
                throw CommandFailure(
                    .configuration, "\(path) has no signals for \(symbol); it has \(known)",
                    fix: "make some: aitrade signals --mode walk --assets \(symbol); or choose with --assets")
            }
            return asset
        }
    }

    /// Every row of `assets`, in the order of the file.
    static func rows(of assets: [ArtifactAsset]) -> [SignalRow] {
        assets.flatMap { asset in (0..<asset.columns.count).map(asset.row) }
    }
}
