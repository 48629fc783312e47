import Core
import Engine

/// Stopping without leaving anything behind unseen.
extension VenueLoop {
    /// Whether every asset was decided on at least once and nothing is on its way: what was asked for has happened.
    public var hasSettled: Bool {
        guard lanes.isIdle, !core.engine.desks.isEmpty, core.engine.configuration?.awaited.isEmpty ?? false else {
            return false
        }
        let configured = core.engine.desks.filter(\.rules.isConfigured)
        guard early.isEmpty, configured.allSatisfy({ heard.contains($0.symbol) }) else { return false }
        return core.engine.desks.flatMap(\.openOrders).allSatisfy {
            $0.request.kind.isProtective && $0.state == .working
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
        for desk in core.engine.desks where !desk.position.isFlat {
            let guards: String
            switch desk.protection.stop?.mode {
            case .armedNative where desk.exposedSince == nil: continue
            case .armedSynthetic, .triggered: guards = "its stop is watched by this program alone"
            case ProtectionMode.none?, .placing, .armedNative, .closed, nil: guards = "no stop covers it"
            }
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
