import Core
public import Engine

/// Stopping without leaving anything behind unseen.
extension VenueLoop {
    /// Asks the loop to stop, unless everything is being closed.
    ///
    /// - Returns: Whether it stops.
    public func requestStopUnlessHalted() -> Bool {
        guard !core.engine.kill.isEngaged else { return false }
        requestStop()
        return true
    }

    /// Whether every asset was decided on at least once and nothing is on its way: what was asked for has happened.
    public var hasSettled: Bool {
        guard lanes.isIdle, !core.engine.desks.isEmpty, core.engine.configuration?.awaited.isEmpty ?? false else {
            return false
        }
        let configured = core.engine.desks.filter(\.rules.isConfigured)
        guard early.isEmpty, configured.allSatisfy({ heard.contains($0.symbol) }), isUndisputed else { return false }
        return core.engine.desks.flatMap(\.openOrders).allSatisfy {
            $0.request.kind.isProtective && $0.state == .working
        }
    }

    /// Whether every account was read, no difference waits for a second reading, and every position has a stop.
    private var isUndisputed: Bool {
        core.engine.desks.allSatisfy { desk in
            switch desk.hold {
            case .unread, .suspected: false
            case .external, nil: desk.position.isFlat || desk.isStopped
            }
        }
    }

    /// Whether a stop that was asked for may come: what is on its way was answered, or was waited for long enough.
    func mayStop() -> Bool {
        let end = stopBy ?? setup.uptime() + .milliseconds(setup.configuration.timing.answerDeadline.milliseconds)
        stopBy = end
        return stopRequests > 1 || isAnswered || setup.uptime() >= end
    }

    /// Whether nothing is on its way that a stop would leave to itself: every message was answered, market orders are
    /// over, and the stops they asked for stand.
    private var isAnswered: Bool {
        guard lanes.isIdle else { return false }
        return core.engine.desks.flatMap(\.openOrders).allSatisfy { order in
            switch order.state {
            case .working, .partiallyFilled: order.request.kind != .market
            case .intended, .sent, .cancelling, .unknown: false
            case .filled, .cancelled, .rejected, .expired: true
            }
        }
    }

    /// Says which positions nobody guards once this process is gone.
    func tellUnguarded() {
        for desk in core.engine.desks {
            guard let guards = desk.unguarded else { continue }
            let worth = desk.lastPrice.map { " (\($0.notional(desk.position.quantity).magnitude))" } ?? ""
            let message =
                "\(desk.symbol): \(desk.position.quantity)\(worth) stay open at \(desk.broker) and \(guards); "
                + "start again soon, or close it with aitrade flatten"
            core.performer.announce(.alert(Alert(.critical, "UNGUARDED_AT_STOP", message)))
        }
    }

    /// What the kill-switch file says, once it can be told: an unreadable one is read again until it counts as a halt.
    func readKillFile() async throws -> KillSwitchReading {
        var judge = KillSwitchJudge()
        while true {
            if let meaning = judge.judge(killFile.read(), at: setup.uptime()) { return meaning }
            try await sleep(Self.killSpacing)
        }
    }
}

extension Desk {
    /// Whether a stop stands at the venue or is watched by the program.
    fileprivate var isStopped: Bool {
        switch protection.stop?.mode {
        case .armedNative: exposedSince == nil
        case .armedSynthetic, .triggered: true
        case ProtectionMode.none?, .placing, .closed, nil: false
        }
    }

    /// Why nobody guards the position once no program runs; nil when it is flat or a stop stands at the venue.
    public var unguarded: String? {
        guard !position.isFlat else { return nil }
        switch protection.stop?.mode {
        case .armedNative where exposedSince == nil: return nil
        case .armedSynthetic, .triggered: return "its stop is watched by this program alone"
        case ProtectionMode.none?, .placing, .armedNative, .closed, nil: return "no stop covers it"
        }
    }
}
