public import Core

/// Counts over a trial ledger.
extension [TrialRow] {
    /// Whether a finished search of these lines made the artifact with this digest.
    public func made(_ artifact: Digest) -> Bool {
        contains { $0.entry.kind == .finished && $0.entry.artifact == artifact }
    }

    /// Everything ever tried on an asset over bars that overlap `first ... last` (closes, milliseconds UTC), one
    /// element per search. A search that ran again counts once, and one that never ended with all that it set out to
    /// try, or with what it had tried when it was stopped.
    public func tried(on symbol: Symbol, first: Int64, last: Int64) -> [TrialEntry.Asset] {
        var order: [Digest] = []
        var known: [Digest: (isFinished: Bool, asset: TrialEntry.Asset)] = [:]
        for row in self {
            let isFinished = row.entry.kind == .finished
            guard row.entry.kind != .override,
                let asset = row.entry.assets.first(where: {
                    $0.symbol == symbol && $0.first <= last && first <= $0.last
                })
            else { continue }
            let former = known[row.entry.fingerprint]
            if former == nil { order.append(row.entry.fingerprint) }
            // Until a search has ended, its latest line says the most: it may be at work again.
            if isFinished || former?.isFinished != true { known[row.entry.fingerprint] = (isFinished, asset) }
        }
        return order.compactMap { known[$0]?.asset }
    }

    /// The overrides of an artifact, oldest first.
    public func overrides(of artifact: Digest) -> [TrialEntry] {
        map(\.entry).filter { $0.kind == .override && $0.artifact == artifact }
    }
}
