public import Core

/// Counts over a trial ledger.
extension [TrialRow] {
    /// Whether these lines know the artifact with this digest: a finished search made it, or somebody wrote down why it
    /// may run although the gate refuses it.
    public func know(_ artifact: Digest) -> Bool {
        contains { [.finished, .override].contains($0.entry.kind) && $0.entry.artifact == artifact }
    }

    /// Everything ever tried over bars that overlap `first ... last` (closes, milliseconds UTC), on whatever asset: who
    /// looks at ten assets and keeps the best has tried ten times as much. One element for each search and group of
    /// assets that shared its genomes. A search that ran again counts once, and one that never ended with all that it
    /// set out to try, or with what it had tried when it was stopped.
    public func tried(first: Int64, last: Int64) -> [TrialEntry.Asset] {
        var order: [Digest] = []
        var known: [Digest: (isFinished: Bool, assets: [TrialEntry.Asset])] = [:]
        for row in self where row.entry.kind != .override {
            let isFinished = row.entry.kind == .finished
            let assets = row.entry.assets.filter { $0.first <= last && first <= $0.last }
            guard !assets.isEmpty else { continue }
            let former = known[row.entry.fingerprint]
            if former == nil { order.append(row.entry.fingerprint) }
            // Until a search has ended, its latest line says the most: it may be at work again.
            if isFinished || former?.isFinished != true { known[row.entry.fingerprint] = (isFinished, assets) }
        }
        return order.flatMap { Self.distinct(known[$0]?.assets ?? []) }
    }

    /// One asset for each group: the one on which the shared genomes are worth the most.
    private static func distinct(_ assets: [TrialEntry.Asset]) -> [TrialEntry.Asset] {
        var kept: [TrialEntry.Asset] = []
        for asset in assets {
            guard let group = asset.group, let place = kept.firstIndex(where: { $0.group == group }) else {
                kept.append(asset)
                continue
            }
            if asset.effective > kept[place].effective { kept[place] = asset }
        }
        return kept
    }

    /// The overrides of an artifact, oldest first.
    public func overrides(of artifact: Digest) -> [TrialEntry] {
        map(\.entry).filter { $0.kind == .override && $0.artifact == artifact }
    }
}
