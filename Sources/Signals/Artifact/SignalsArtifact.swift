public import Core

/// A signals artifact, version 1: the out-of-sample rows of one or more assets, and how they came about.
///
/// A value of this type always keeps the format's rules, because ``init(origin:assets:)`` is the only way to one, for
/// the writer and for the reader. `docs/artifact.md` describes the bytes.
public struct SignalsArtifact: Hashable, Sendable {
    /// How the artifact came about.
    public let origin: ArtifactOrigin
    /// The assets, ascending by symbol.
    public let assets: [ArtifactAsset]

    /// Sorts the assets by symbol and checks every rule of the format.
    ///
    /// - Throws: ``ArtifactError/badHeader(_:)`` or ``ArtifactError/badRow(asset:row:flaw:)`` naming the first fault.
    public init(origin: ArtifactOrigin, assets: [ArtifactAsset]) throws(ArtifactError) {
        self.origin = origin
        self.assets = assets.sorted { $0.symbol < $1.symbol }
        try ArtifactRules.check(self)
    }

    /// The worst verdict of any asset by the artifact's own search; one that was not judged counts as a failure.
    public var verdict: GateVerdict { assets.map { $0.judgement?.verdict ?? .fail }.min() ?? .fail }

    /// The asset named `symbol`, or nil.
    public func asset(_ symbol: Symbol) -> ArtifactAsset? {
        assets.first { $0.symbol == symbol }
    }
}
