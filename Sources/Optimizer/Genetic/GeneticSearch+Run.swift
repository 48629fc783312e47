extension GeneticSearch {
    /// Searches until the end or until `onGeneration` says stop, evaluating each generation as one batch.
    ///
    /// `fitness` takes the batch and returns one value per genome, larger is better; it may spread the batch over
    /// threads. `onGeneration` sees the search after each generation, and may store it as a checkpoint.
    /// - Throws: whatever `fitness` throws; the search then stands where it stood before that batch.
    /// - Returns: why the search is over, or nil when it was stopped and can be resumed.
    public mutating func run<Failure: Error>(
        fitness: ([Genome]) throws(Failure) -> [Double],
        onGeneration: (GeneticSearch) -> SearchVerdict = { _ in .proceed }
    ) throws(Failure) -> SearchEnd? {
        while end == nil {
            let batch = ask()
            tell(batch.isEmpty ? [] : try fitness(batch))
            if onGeneration(self) == .stop, end == nil { return nil }
        }
        return end
    }

    /// Checks a state that was read from a file, so that it can be continued without a trap.
    ///
    /// - Throws: ``GeneticSearchError/damagedState`` when its parts do not fit together.
    public func checked() throws(GeneticSearchError) -> GeneticSearch {
        guard isConsistent else { throw .damagedState }
        return self
    }
}
