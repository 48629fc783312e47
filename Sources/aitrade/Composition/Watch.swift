import Core
import Engine
import Foundation
import Logging
import Runner
import Storage

/// What `aitrade watchdog` was asked for.
struct WatchRequest {
    var stateFolder: String
    var bars: String?
    var maxAge: Duration
    var flattens: Bool
    var once: Bool
}

/// How a watch ended.
struct WatchReport: Encodable {
    var verdict = "healthy"
    var cause: WatchdogCause?
    var ageSeconds: Double?
    var pid: Int32?
    var runId: String?
    var state: Heartbeat.State?
    /// One sentence.
    var text = ""
    /// What was done: `none`, `alerted`, `refused` or `flattened`.
    var action = "none"
    var killFileEngaged: Bool?
    var flatten: EmergencyFlatten.Result?
    var exitCode: Int32 = 0
}

/// A watchdog at work: looks, judges, alerts, and closes everything when it was told to.
actor Watch {
    private let request: WatchRequest
    private let eye: StateFolderEye
    private let route: AlertRoute
    private let log: Logger
    private let settings: Settings
    private let notifier: ServiceNotifier?
    private let runId: String
    private let folder: URL
    private var judge: WatchdogJudge
    private var alerted: WatchdogCause?
    private var lastRefusal: String?
    private var culprit = StateFolderEye.Culprit.nobody
    private var actsAfter = Duration.zero
    private var commands: [Task<Void, Never>] = []
    private var stops = 0
    private var lastBeat: Heartbeat?

    init(_ request: WatchRequest, settings: Settings, log: Logger) {
        self.request = request
        (self.log, self.settings) = (log, settings)
        folder = URL(filePath: request.stateFolder)
        eye = StateFolderEye(folder: folder)
        judge = WatchdogJudge(maxAge: request.maxAge)
        route = AlertRoute(command: settings.alertCommand, log: log)
        notifier = ServiceNotifier(path: ProcessInfo.processInfo.environment["NOTIFY_SOCKET"])
        runId = "watchdog-\(DateText.fileName(SystemTime.wall()))-\(getpid())"
    }

    /// Asks the watch to end.
    func requestStop() { stops += 1 }

    /// Watches until there is something to report.
    func run() async -> WatchReport {
        let pause = max(.milliseconds(20), min(.seconds(1), request.maxAge / 15))
        while true {
            // Who would have to go is asked first: whoever comes after this look is not killed because of it.
            culprit = eye.culprit()
            let sight = eye.look()
            if case .beat(let beat) = sight.beat { lastBeat = beat }
            let verdict = judge.judge(sight, wall: SystemTime.wall(), uptime: SystemTime.uptime())
            var report = describe(verdict, sight)
            notifier?.send(ServiceNote(["READY=1", "WATCHDOG=1", "STATUS=\(report.text)"]))
            if let end = await react(to: verdict, &report) ?? whenStopped(report) {
                notifier?.send(ServiceNote(["STOPPING=1", "STATUS=\(end.text)"]))
                for command in commands { await command.value }
                return end
            }
            try? await Task.sleep(for: pause)
        }
    }

    private func whenStopped(_ report: WatchReport) -> WatchReport? { stops > 0 ? report : nil }

    private func react(to verdict: WatchdogVerdict, _ report: inout WatchReport) async -> WatchReport? {
        switch verdict {
        case .healthy, .resting:
            if alerted != nil { log.notice("the runner is well again", metadata: ["text": "\(report.text)"]) }
            (alerted, lastRefusal) = (nil, nil)
            return request.once ? report : nil
        case .suspect(let cause, _):
            // A process that is gone does not come back by being looked at longer.
            guard request.once, !request.flattens, [.dead, .failed, .unattended].contains(cause) else { return nil }
            return alarm(cause, report)
        case .stale(let cause, _):
            report = alarm(cause, report)
            if request.flattens { return await flatten(cause, report) }
            return request.once ? report : nil
        }
    }

    private func alarm(_ cause: WatchdogCause, _ report: WatchReport) -> WatchReport {
        var report = report
        (report.action, report.exitCode) = ("alerted", ExitStatus.checkFailed.rawValue)
        guard alerted != cause else { return report }
        alerted = cause
        send(Alert(.critical, cause.code, report.text))
        return report
    }

    private func send(_ alert: Alert) {
        if let command = route.send(alert) { commands.append(command) }
    }

    // MARK: Acting

    /// Fences the runner and closes everything.
    ///
    /// - Returns: Nil when it was not possible now and should be tried again later.
    private func flatten(_ cause: WatchdogCause, _ alarmed: WatchReport) async -> WatchReport? {
        guard SystemTime.uptime() >= actsAfter else { return nil }
        actsAfter = SystemTime.uptime() + request.maxAge
        var report = alarmed
        let reason = "WATCHDOG: \(cause.code)"
        // First the switch: a runner that is started while we work must not open anything.
        let file = KillSwitchFile(folder: folder)
        let isEngaged = file.engageAtAnyRate(reason: reason)
        report.killFileEngaged = isEngaged
        if !isEngaged { send(Alert(.critical, "KILL_FILE_UNWRITABLE", "\(file.url.path) cannot be written")) }
        let holder = InstanceLock.Holder(
            pid: getpid(), startedAt: SystemTime.wall(), runId: runId, process: .current, isWatchdog: true)
        let fence = await Fence(eye: eye, holder: holder).close(culprit)
        switch fence {
        case .refused(let why): return refuse(why, report)
        case .locked(let lock):
            defer { lock.release() }
            return await closeAll(reason, report)
        case .doomed(let pid): return await closeAll(reason, doomed: pid, report)
        }
    }

    private func refuse(_ why: String, _ report: WatchReport) -> WatchReport? {
        if lastRefusal != why { send(Alert(.critical, "FENCE_REFUSED", "nothing was closed: \(why)")) }
        lastRefusal = why
        guard request.once else { return nil }
        var report = report
        (report.action, report.exitCode) = ("refused", ExitStatus.locked.rawValue)
        report.text += "; nothing was closed: \(why)"
        return report
    }

    private func closeAll(
        _ reason: String, doomed: Int32? = nil, _ begun: WatchReport
    ) async -> WatchReport? {
        let notifier = notifier
        // Closing may take longer than a look; it has its own deadlines.
        notifier?.send(ServiceNote(["WATCHDOG=1", "WATCHDOG_USEC=600000000", "STATUS=closing everything: \(reason)"]))
        let flatten = EmergencyFlatten(
            stateFolder: folder, bars: request.bars, reason: reason, runId: runId, log: log,
            settings: settings, beat: lastBeat, doomed: doomed, notify: { notifier?.send($0) })
        let result = await flatten.run()
        var report = begun
        (report.flatten, report.action) = (result, "flattened")
        if result.isFlat {
            send(Alert(.critical, "WATCHDOG_FLAT", "everything is closed and was read flat (\(reason))"))
            report.exitCode = ExitStatus.halted.rawValue
            return report
        }
        let open = result.stillOpen.map { "\($0.symbol) \($0.quantity)" }.joined(separator: ", ")
        let left = open.isEmpty ? result.problems.last ?? "unknown" : open
        send(Alert(.critical, "WATCHDOG_NOT_FLAT", "not proven flat: \(left)"))
        report.exitCode = ExitStatus.haltedNotFlat.rawValue
        guard result.isWorthRepeating, !request.once, stops == 0 else { return report }
        return nil
    }

    // MARK: Words

    private func describe(_ verdict: WatchdogVerdict, _ sight: WatchdogSight) -> WatchReport {
        var report = WatchReport()
        if case .beat(let beat) = sight.beat {
            (report.pid, report.runId, report.state) = (beat.pid, beat.runId, beat.state)
        }
        let who = report.pid.map { "runner \($0)" } ?? "the runner in \(request.stateFolder)"
        switch verdict {
        case .healthy: report.text = "\(who) beats and gets on"
        case .resting(let state?):
            (report.verdict, report.text) = ("resting", "\(who) ended in order: \(state.rawValue)")
        case .resting(nil):
            (report.verdict, report.text) = ("resting", "nothing was ever started in \(request.stateFolder)")
        case .suspect(let cause, let age): say(cause, age, "suspect", who, &report)
        case .stale(let cause, let age): say(cause, age, "stale", who, &report)
        }
        return report
    }

    private func say(
        _ cause: WatchdogCause, _ age: Duration, _ verdict: String, _ who: String, _ report: inout WatchReport
    ) {
        let seconds = age / .seconds(1)
        (report.verdict, report.cause, report.ageSeconds) = (verdict, cause, seconds)
        let since = "\(Output.number(seconds, 1)) s"
        switch cause {
        case .dead: report.text = "\(who) is gone, its last beat is \(since) old and promised more"
        case .failed: report.text = "\(who) broke off by itself \(since) ago"
        case .frozen: report.text = "\(who) is there and has not beaten for \(since)"
        case .looping: report.text = "\(who) beats and has got nowhere for \(since)"
        case .silent: report.text = "\(who) has no readable heartbeat for \(since)"
        case .unattended:
            report.text = "\(who) ended with positions open, and the kill switch has had nobody for \(since)"
        }
    }
}
