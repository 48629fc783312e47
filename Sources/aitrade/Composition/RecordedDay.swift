import Backtest
import Core
import Engine
import Foundation
import Runner
import Simulator
import Storage

/// A journal gone through again by this program's engine, as it was or with something otherwise.
struct RecordedDay {
    /// The first event that was decided otherwise.
    struct Difference: Encodable {
        let sequence: Int64?
        let at: Timestamp
        let event: String
        let recorded: String
        let now: String
    }

    /// What the assets of one currency come to.
    struct Worth: Encodable {
        let currency: String
        let recorded: Money
        let now: Money
        let difference: Money
    }

    /// What came of it.
    struct Result: Encodable {
        var rows = 0
        var from: Timestamp?
        var to: Timestamp?
        /// The chained SHA-256 of time, event and effects of every row, as recorded and as decided now.
        var recordedHash = JournalHash.origin
        var hash = JournalHash.origin
        var difference: Difference?
        /// nil where the market cannot be played on: it was no replay of stored bars.
        var worth: [Worth]?

        var isIdentical: Bool { hash == recordedHash && difference == nil }
    }

    let reader: LedgerReader
    let from: Timestamp?
    let to: Timestamp?
    let changes: [WhatIf]
    /// Where the bars are.
    let barFolder: String

    private static let piece = 4096

    func replay() throws -> Result {
        var pass = Pass(from: from, to: to, changes: changes)
        var previous: JournalText?
        try reader.readJournalTexts(by: Self.piece) { rows in
            for (row, step) in zip(rows, try JournalPiece.read(rows, after: previous) { _ in .all }) {
                guard let event = step.event, !(to.map { step.at > $0 } ?? false) else { continue }
                try pass.take(event, row, step)
            }
            previous = rows.last
        }
        try pass.end()
        if pass.plan.map(\.isEmpty) ?? true { return pass.result }
        if pass.result.difference != nil { pass.result.worth = try worth(pass) }
        if pass.result.difference == nil { pass.result.worth = Self.worth(pass.recorded, pass.recorded) }
        return pass.result
    }

    /// Lets the market go on from the first difference, and compares what everything came to.
    private func worth(_ pass: Pass) throws -> [Worth]? {
        guard let text = try reader.meta()[ReplayPlan.metaKey], let fork = pass.fork else { return nil }
        let plan = try ReplayPlan(json: text)
        let store = BarStore(folder: barFolder)
        var market = try plan.market(try plan.symbols.map { try store.load($0, plan.interval) })
        try market.replay(fork.steps)
        var backtest = Backtest(
            resuming: fork.engine, market: market, signals: pass.laterRows, answers: pass.laterAnswers,
            owing: fork.effects)
        // Both are valued at the same moment: what comes after the last recorded one is not looked at.
        let end = pass.result.to ?? .distantFuture
        var people = pass.laterOrders[...]
        feed(&backtest, &people)
        var engine = backtest.engine
        while backtest.step(), backtest.market.now <= end {
            feed(&backtest, &people)
            engine = backtest.engine
        }
        return Self.worth(pass.recorded, engine)
    }

    /// What people and the kill switch said of the recorded day is said again, each when its moment has come; a release
    /// waits until everything is flat.
    private func feed(_ backtest: inout Backtest, _ people: inout ArraySlice<(event: EngineEvent, at: Timestamp)>) {
        while let next = people.first, next.at <= backtest.engine.now {
            if next.event == .release {
                if backtest.engine.kill.phase == .flattening { return }
                if backtest.engine.kill.isEngaged { backtest.feed(next.event) }
            } else {
                backtest.feed(next.event)
            }
            people.removeFirst()
        }
    }

    private static func worth(_ recorded: Engine, _ now: Engine) -> [Worth] {
        let currencies = Set(recorded.desks.filter(\.rules.isConfigured).map(\.rules.asset.instrument.quote)).sorted()
        return currencies.map { currency in
            let (old, new) = (
                recorded.equity(in: currency, at: recorded.now).equity, now.equity(in: currency, at: now.now).equity
            )
            return Worth(currency: currency.code, recorded: old, now: new, difference: new - old)
        }
    }
}

extension RecordedDay {
    /// The engine at the first difference, and what it wanted done there.
    struct Fork {
        let engine: Engine
        let steps: [RecordedStep]
        let effects: [Effect]
        /// The orders that were sent before: their answers may still be on the way.
        let sent: Set<ClientOrderID>
    }

    /// One way through the journal.
    struct Pass {
        let from: Timestamp?
        let to: Timestamp?
        let changes: [WhatIf]
        private(set) var plan: WhatIfPlan?
        var result = Result()
        /// The engine that is fed what was recorded.
        private(set) var recorded = Engine()
        private(set) var fork: Fork?
        /// Signal rows after the fork.
        private(set) var laterRows: [SignalRow] = []
        /// Answers to what was sent before the fork, and rows of the bars closed then: all of the same moment.
        private(set) var laterAnswers: [EngineEvent] = []
        /// What people and the kill switch said after the fork, and when.
        private(set) var laterOrders: [(event: EngineEvent, at: Timestamp)] = []
        private var imagined = Engine()
        private var steps: [RecordedStep] = []
        private var sent: Set<ClientOrderID> = []
        private var isSameMoment = true
        private let coder = JournalCoder()

        init(from: Timestamp?, to: Timestamp?, changes: [WhatIf]) {
            (self.from, self.to, self.changes) = (from, to, changes)
        }

        mutating func take(_ event: EngineEvent, _ row: JournalText, _ step: JournalPiece.Step) throws {
            let plan = try plan(startingAt: step.at)
            let effects = try coder.text(recorded.step(event, at: step.at))
            if from.map({ step.at >= $0 }) ?? true { try count(row, effects) }
            if fork != nil { return collect(event, at: step.at) }
            if plan.isEmpty {
                if effects != step.effects, result.difference == nil { try differ(row, step, effects) }
                return
            }
            if let moment = plan.killAt, moment <= step.at, !imagined.kill.isEngaged {
                try kill(at: moment)
                return collect(event, at: step.at)
            }
            try imagine(event, row, step, plan)
        }

        /// The end of the journal: a kill after the last row still happens.
        mutating func end() throws {
            guard fork == nil, let moment = plan?.killAt, !imagined.kill.isEngaged, moment <= to ?? .distantFuture
            else {
                return
            }
            try kill(at: moment)
        }

        private mutating func plan(startingAt moment: Timestamp) throws -> WhatIfPlan {
            if let plan { return plan }
            let made = try WhatIfPlan(changes, from: max(from ?? moment, moment))
            plan = made
            return made
        }

        private mutating func count(_ row: JournalText, _ effects: String) throws {
            result.rows += 1
            result.from = result.from ?? row.draft.at
            result.to = row.draft.at
            result.recordedHash = JournalHash.of(
                sequence: row.sequence, row.draft, after: result.recordedHash)
            result.hash = JournalHash.of(
                sequence: row.sequence,
                JournalDraft(at: row.draft.at, event: row.draft.event, effects: effects), after: result.hash)
        }

        private mutating func differ(_ row: JournalText, _ step: JournalPiece.Step, _ effects: String) throws {
            result.difference = Difference(
                sequence: row.sequence, at: step.at, event: row.draft.event, recorded: step.effects, now: effects)
        }

        private mutating func kill(at moment: Timestamp) throws {
            let event = EngineEvent.kill(reason: "what-if")
            let effects = imagined.step(event, at: moment)
            result.difference = Difference(
                sequence: nil, at: moment, event: try coder.text(event), recorded: "[]", now: try coder.text(effects))
            fork = Fork(engine: imagined, steps: steps, effects: effects, sent: sent)
        }

        private mutating func imagine(
            _ event: EngineEvent, _ row: JournalText, _ step: JournalPiece.Step, _ plan: WhatIfPlan
        ) throws {
            if let moved = event.marketStep(at: step.at) { steps.append(moved) }
            var event = event
            if case .configured(let configuration) = event { event = .configured(try plan.changed(configuration)) }
            let effects = imagined.step(event, at: step.at)
            let text = try coder.text(effects)
            guard text == step.effects else {
                try differ(row, step, text)
                fork = Fork(engine: imagined, steps: steps, effects: effects, sent: sent)
                return
            }
            steps += step.commands
            for case .submitted(let request) in step.commands { sent.insert(request.clientID) }
        }

        /// After the fork the signals of the recorded day count, what people said, and the answers that were already on
        /// their way. A day that is to be killed stays so.
        private mutating func collect(_ event: EngineEvent, at moment: Timestamp) {
            switch event {
            case .signal(let row):
                if isSameMoment { laterAnswers.append(event) } else { laterRows.append(row) }
            case .venue: isSameMoment = false
            case .kill, .release:
                if plan?.killAt == nil { laterOrders.append((event, moment)) }
            case .operated, .regime: laterOrders.append((event, moment))
            case .reported(let report):
                guard isSameMoment, let id = report.clientID, fork?.sent.contains(id) == true else { return }
                laterAnswers.append(event)
            default: break
            }
        }
    }
}
