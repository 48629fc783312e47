import Core
import Engine
import Foundation
import Storage

/// Every event that a runner's engine took, in order: a mix as real as it gets.
struct EngineTape {
    private let events: [(event: EngineEvent, at: Timestamp)]

    /// Reads the journal of `ledger`.
    init(ledger: String) throws {
        let decoder = JSONDecoder()
        var events: [(EngineEvent, Timestamp)] = []
        try LedgerReader(path: ledger).readJournal { row in
            let event = try decoder.decode(EngineEvent.self, from: Data(row.draft.event.utf8))
            events.append((event, row.draft.at))
        }
        self.events = events
    }

    /// Steps a fresh engine through everything, first all at once, then with a stopwatch around each signal.
    func measure(runs: Int) throws {
        var whole = Measurement()
        for run in 0...runs {
            var engine = Engine()
            var pass = Measurement()
            pass.time { for (event, moment) in events { _ = engine.step(event, at: moment) } }
            // The first run warms up.
            if run > 0 { whole.append(seconds: pass.median, processorSeconds: pass.processorSeconds) }
        }
        var line = ReportLine(workload: "engine-steps", case: "one core, no storage")
        line.add("steps", events.count)
        line.add(whole)
        line.add("steps_per_s", Int(Double(events.count) / whole.median))
        line.print()
        measureGate()
    }

    /// The way of a signal through sizing, the gate and the intent's name, up to the approved order.
    private func measureGate() {
        var gate = Measurement()
        for _ in 0..<10 {
            var engine = Engine()
            for (event, moment) in events {
                guard case .signal = event else {
                    _ = engine.step(event, at: moment)
                    continue
                }
                let start = ContinuousClock.now
                let effects = engine.step(event, at: moment)
                let elapsed = ContinuousClock.now - start
                if effects.contains(where: \.isSubmission) { gate.append(seconds: elapsed / .seconds(1)) }
            }
        }
        var line = ReportLine(workload: "gate", case: "signal to approved order, pure")
        line.add(quantiles: gate)
        line.print()
    }
}

extension Effect {
    fileprivate var isSubmission: Bool { if case .submit = self { true } else { false } }
}
