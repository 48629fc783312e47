import Optimizer
import Signals
import Synchronization

/// Remembers what each unit of a training has tried, for the trial ledger and the report.
final class UnitCollector: Sendable {
    private struct Known {
        var evaluations: [UnitKey: Int] = [:]
        var histories: [UnitKey: [Double?]] = [:]
    }

    private let known = Mutex(Known())

    /// The hooks with a listener on every unit.
    func listening(to hooks: GenerationHooks) -> GenerationHooks {
        var listening = hooks
        listening.finished = { key in
            let result = hooks.finished(key)
            if let result { self.take(key, result) }
            return result
        }
        listening.training = { key in
            let training = hooks.training(key)
            if let training { self.take(key, evaluations: training.search.evaluations) }
            return training
        }
        listening.saveFinished = { key, result in
            self.take(key, result)
            try hooks.saveFinished(key, result)
        }
        listening.saveTraining = { key, training in
            self.take(key, evaluations: training.search.evaluations)
            try hooks.saveTraining(key, training)
        }
        return listening
    }

    private func take(_ key: UnitKey, _ result: FoldResult) {
        known.withLock { known in
            known.evaluations[key] = result.trials
            known.histories[key] = result.history
        }
    }

    private func take(_ key: UnitKey, evaluations: Int) {
        known.withLock { $0.evaluations[key] = evaluations }
    }

    /// The best fitness by generation of each finished unit.
    var histories: [UnitKey: [Double?]] { known.withLock { $0.histories } }

    /// Genomes evaluated so far by the units of `group`.
    func evaluations(of group: String) -> Int {
        known.withLock { known in
            known.evaluations.filter { $0.key.group == group }.reduce(0) { $0 + $1.value }
        }
    }
}
