import Core
import Engine
import Simulator

extension ChaosWorld {
    // MARK: Life of the process

    /// Start is recovery: replay, ask about open questions, go on.
    mutating func start() {
        guard let recovered = journal.recovered() else {
            return fail(.replayAgrees, "a recorded step is decided differently when it is replayed")
        }
        engine = recovered
        isUp = true
        firstCalls = venues.map(\.calls)
        watch.beganProcess(at: engine.now)
        log.note(now, "start")
        beginClock()
        take(.configured(market.configuration))
        for place in venues.indices { tellPrices(of: place) }
        for desk in engine.desks {
            for order in desk.openOrders where [.sent, .unknown, .cancelling].contains(order.state) {
                send(.look(order.request.clientID, desk.symbol), to: desk.broker)
            }
        }
        for desk in engine.desks {
            guard let row = market.latest(of: desk.symbol, at: time),
                desk.lastSignalTime.map({ row.time > $0 }) ?? true
            else { continue }
            take(.signal(row))
        }
        tally.starts += 1
        if engine.kill.isEngaged { take(.kill(reason: engine.kill.reason ?? "")) }
        lookAtKillFile()
    }

    /// Who subscribes to prices is told the present ones first.
    private mutating func tellPrices(of place: Int) {
        guard venues[place].isOpen(at: now) else { return }
        let prices = venues[place].market.configuration.instruments.compactMap { instrument in
            venues[place].market.lastPrice(of: instrument.symbol).map { VenueEvent.price(instrument.symbol, $0) }
        }
        if !prices.isEmpty { take(.venue(VenueBatch(broker: venues[place].name, at: now, events: prices))) }
    }

    /// The process is gone with everything that was not committed.
    private mutating func die(for span: TimeSpan) {
        log.note(now, "crash")
        tally.crashes += 1
        (isUp, armed) = (false, nil)
        journal.crash()
        agenda.add(.start, at: now + span)
    }

    private mutating func dies(at point: ChaosAction.CrashPoint) -> Bool {
        guard let armed, armed.point == point else { return false }
        die(for: armed.downFor)
        return true
    }

    mutating func act(_ action: ChaosAction) {
        switch action {
        case .crash(let point, let span):
            guard isUp else { return }
            if point == .idle { die(for: span) } else { armed = (point, span) }
        case .clockStep(let span):
            log.note(now, "clock \(span.milliseconds)")
            setClock(span)
        case .kill(let span):
            pullKill()
            agenda.add(.releaseKill, at: now + span)
        }
    }

    /// Someone pulls the switch; the runner looks at it several times a second.
    mutating func pullKill() {
        log.note(now, "kill file")
        tally.kills += 1
        isKillFileSet = true
        agenda.add(.lookAtKillFile, at: now + .milliseconds(250))
    }

    mutating func lookAtKillFile() {
        guard isUp else { return }
        if isKillFileSet, !engine.kill.isEngaged { take(.kill(reason: "drawn")) }
        if !isKillFileSet, engine.kill.phase == .flat { take(.release) }
    }

    /// The operator has a look at what somebody else did, or at why trading was reduced, and lets entries go on.
    mutating func operate() {
        let isReduced = watch.span(of: "reducing", while: engine.state == .reducing)
        if isReduced > 300_000 {
            take(.operated(.release(rule: nil, by: "chaos", reason: "looked at")))
            watch.since["reducing"] = nil
        }
        for desk in engine.desks where desk.hold == .external {
            if watch.span(of: "external \(desk.symbol)", while: true) > 60_000 {
                take(.operated(.acknowledge(desk.symbol, by: "chaos")))
                watch.since["external \(desk.symbol)"] = nil
            }
        }
    }

    // MARK: What comes in

    mutating func receive(_ delivery: FaultyVenue.Delivery, from place: Int) {
        guard isUp, violation == nil else { return }
        switch delivery {
        case .answer(let call, let answer):
            guard call >= firstCalls[place], let event = event(of: answer, from: venues[place].name) else { return }
            take(event)
        case .news(let batch):
            take(.venue(batch))
            for case .barClosed(let symbol, _, let closeTime) in batch.events {
                guard let row = market.row(of: symbol, at: closeTime) else { continue }
                // A slow clock has not reached the bar's close yet.
                if row.time <= time {
                    take(.signal(row))
                } else {
                    agenda.add(.signal(row), at: now + (row.time - time))
                }
            }
        }
    }

    private func event(of answer: FaultyVenue.Answer, from broker: BrokerName) -> EngineEvent? {
        switch answer {
        case .submitted(let order, let outcome):
            switch outcome {
            case .accepted(let report): return .reported(report)
            case .refused(let error): return .refused(order.symbol, order.clientID, error)
            case .silent: return .silent(order.symbol, order.clientID)
            }
        case .cancelled(let reference, let symbol, let outcome):
            if case .accepted(let report) = outcome { return .reported(report) }
            guard case .client(let id) = reference else { return nil }
            if case .refused(let error) = outcome { return .cancelRefused(symbol, id, error) }
            return .silent(symbol, id)
        case .amended(let id, let symbol, let outcome):
            switch outcome {
            case .accepted(let report): return .reported(report)
            case .refused(let error): return .amendRefused(symbol, id, error)
            case .silent: return .silent(symbol, id)
            }
        case .looked(let id, let symbol, let result):
            guard case .success(let found) = result else { return nil }
            return found.map { .reported($0) } ?? .absent(symbol, id)
        case .account(let result):
            switch result {
            case .success(let snapshot): return .snapshot(snapshot)
            case .failure(let error): return .unreachable(broker, error)
            }
        }
    }

    // MARK: One step

    /// Lets the engine decide, writes down, acts.
    mutating func take(_ event: EngineEvent) {
        guard isUp, violation == nil else { return }
        tally.steps += 1
        watch.noteHoldings(engine, before: event)
        let effects = engine.step(event, at: time)
        wakeAt = engine.nextDeadline
        log.note(now, event)
        for effect in effects { log.note(now, effect) }
        journal.stage(event, effects, at: engine.now)
        inspect(effects)
        guard violation == nil else { return }
        if !effects.isEmpty || !event.isPlain { watchLevels() }
        guard journal.isFull || effects.contains(where: \.mustBeDurable) else { return }
        if dies(at: .beforeCommit) { return }
        journal.commit(engine)
        if dies(at: .afterCommit) { return }
        for effect in effects {
            guard perform(effect) else { continue }
            if dies(at: .betweenSends) { return }
        }
        _ = dies(at: .afterSends)
    }

    /// Sends what an effect asks for.
    ///
    /// - Returns: Whether a message left.
    private mutating func perform(_ effect: Effect) -> Bool {
        switch effect {
        case .submit(let approved, let broker):
            inspectSending(approved.request, to: broker)
            send(.submit(approved.request), to: broker)
        case .cancel(let reference, let symbol, let broker): send(.cancel(reference, symbol), to: broker)
        case .amend(let id, let symbol, let trigger, let quantity, let broker):
            send(.amend(id, symbol, trigger: trigger, quantity: quantity), to: broker)
        case .query(let symbol, let id, let broker): send(.look(id, symbol), to: broker)
        case .readAccount(let broker, let moment): send(.account(fillsSince: moment), to: broker)
        case .alert, .refuse, .mark, .halted, .reconciled: return false
        }
        return true
    }

    private mutating func send(_ request: FaultyVenue.Request, to broker: BrokerName) {
        guard let place = place(of: broker) else { return }
        _ = venues[place].send(request, patience: Self.patience)
    }

    /// Asks the venues to tell the prices at the levels that the engine watches itself, as a stream of ticks would.
    private mutating func watchLevels() {
        for desk in engine.desks {
            let levels = desk.watchLevels
            if levels.isEmpty, watched.isEmpty { continue }
            let symbol = desk.symbol
            guard levels != watched[symbol] ?? [] else { continue }
            watched[symbol] = levels.isEmpty ? nil : levels
            guard let place = place(of: desk.broker) else { continue }
            venues[place].watch(symbol, levels: levels)
        }
    }

    private func place(of broker: BrokerName) -> Int? {
        venues.indices.first { venues[$0].name == broker }
    }
}

extension EngineEvent {
    /// News of the market alone.
    fileprivate var isPlain: Bool {
        switch self {
        case .signal: return true
        case .venue(let batch):
            return batch.events.allSatisfy {
                switch $0 {
                case .price, .barClosed, .quote, .session, .clock: true
                case .order, .fill, .reconnected: false
                }
            }
        default: return false
        }
    }
}

extension Effect {
    /// Whether it must be durable before anything else happens.
    fileprivate var mustBeDurable: Bool {
        switch self {
        case .submit, .cancel, .amend, .query, .readAccount, .alert, .halted, .reconciled: true
        case .refuse, .mark: false
        }
    }
}
