import Core

/// The lists of stop orders. The venue allows few readings of them, and counts those together with placing and
/// cancelling: a reading that is under way serves everybody whom it is fresh enough for.
extension TinkoffBroker {
    /// A list with the moment it was asked for.
    struct StopList: Sendable {
        let stops: [TinkoffStop]
        let at: ContinuousClock.Instant
    }

    /// A reading under way.
    struct StopReading: Sendable {
        let urgency: RequestUrgency
        let at: ContinuousClock.Instant
        let task: Task<[TinkoffStop], any Error>
    }

    /// The two lists there are.
    enum StopListKind: Hashable, Sendable {
        /// The stop orders that wait.
        case waiting
        /// Those of the last days, ended ones included.
        case all
    }

    /// A list is as good as a new one for so long when nothing hints at a change.
    private static let freshness = Duration.seconds(2)
    /// Ended stops are asked for of so many days, and of more for as long as a stop of ours is older: whether the list
    /// goes by when they were placed is not documented. More than a month may not be asked for.
    private static let (usualMemory, longestMemory) = (TimeSpan.seconds(7 * 86_400), TimeSpan.seconds(30 * 86_400))

    /// From when on ended stops are asked for.
    func stopsFrom(_ now: Timestamp) -> Timestamp {
        let waiting = stopLists[.waiting]?.stops.filter { book.name(of: $0.stopID) != nil } ?? []
        let placed = (waiting + looseStops.values.map(\.stop)).map(\.placedAt)
        let sent = book.open.values.filter(\.isStop).map(\.sentAt)
        let oldest = (placed + sent).filter { $0 > .epoch }.min().map { $0 - .seconds(86_400) } ?? now
        return max(now - Self.longestMemory, min(now - Self.usualMemory, oldest))
    }

    /// Whether stop orders are looked at: the sandbox may not know them at all.
    var seesStops: Bool { settings.holdsStops || !settings.isSandbox }

    /// What was read of stop orders is out of date.
    func forgetStops() { stopsChangedAt = .now }

    /// The stop orders that wait, ours or not.
    ///
    /// - Parameter moment: A list that was asked for before does not do; nil for one that nothing hints against.
    func readStops(
        since moment: ContinuousClock.Instant? = nil, _ urgency: RequestUrgency = .vital
    ) async throws -> [TinkoffStop] {
        try await stopList(.waiting, moment, urgency)
    }

    /// The stop orders of the last days, ended ones included.
    func readEndedStops(
        since moment: ContinuousClock.Instant? = nil, _ urgency: RequestUrgency = .vital
    ) async throws -> [TinkoffStop] {
        try await stopList(.all, moment, urgency)
    }

    private func stopList(
        _ kind: StopListKind, _ moment: ContinuousClock.Instant?, _ urgency: RequestUrgency
    ) async throws -> [TinkoffStop] {
        let due = moment ?? max(stopsChangedAt, .now - Self.freshness)
        while true {
            if let known = stopLists[kind], known.at >= due { return known.stops }
            if let running = stopReadings[kind], running.urgency >= urgency {
                // Too old a reading is waited for as well: the next one then serves all who wait.
                let stops = try? await running.task.value
                if running.at >= due, let stops { return stops }
                if stopReadings[kind]?.at == running.at { stopReadings[kind] = nil }
                continue
            }
            return try await begin(kind, urgency).value
        }
    }

    private func begin(_ kind: StopListKind, _ urgency: RequestUrgency) -> Task<[TinkoffStop], any Error> {
        let begun = ContinuousClock.now
        let task = Task {
            let now = await now()
            let methods = try await account()
            let question =
                kind == .waiting
                ? methods.stops("ACTIVE") : methods.stops("ALL", from: stopsFrom(now), to: now + .seconds(60))
            let stops = try await ask(question.with(urgency))
            await take(kind, StopList(stops: stops, at: begun))
            if stopReadings[kind]?.at == begun { stopReadings[kind] = nil }
            return kind == .waiting ? stops.filter { $0.state == .waiting } : stops
        }
        stopReadings[kind] = StopReading(urgency: urgency, at: begun, task: task)
        return task
    }

    private func take(_ kind: StopListKind, _ list: StopList) async {
        let day = TinkoffTime.startOfDay(await now())
        guard list.at >= stopLists[kind]?.at ?? list.at else { return }
        switch kind {
        case .waiting:
            let waiting = list.stops.filter { $0.state == .waiting }
            let names = Set(waiting.map(\.stopID))
            for stop in stopLists[.waiting]?.stops ?? [] where !names.contains(stop.stopID) { noteLoose(stop) }
            for name in names { looseStops[name] = nil }
            stopLists[.waiting] = StopList(stops: waiting, at: list.at)
        case .all:
            for stop in list.stops where stop.state != .waiting {
                endedStops[stop.stopID] = stop.state
                // As it was listed while it waited, it does not tell when it fired.
                looseStops[stop.stopID]?.stop = stop
                // It may have gone before anybody here looked.
                guard case .executed(let child) = stop.state else { continue }
                if stop.firedAt.map({ $0 >= day }) ?? (child == nil) { noteLoose(stop) }
                // Orders live for a day: of one that fired before there is none.
                if child == nil, let at = stop.firedAt, at < day { barrenStops[stop.stopID] = true }
            }
            stopLists[.all] = list
        }
        for stopID in looseStops.keys where isOld(stopID) { barrenStops[stopID] = true }
        looseStops = looseStops.filter { isAtLarge($0.key) || $0.value.stop.firedAt.map { $0 >= day } ?? false }
        for stop in list.stops { await recognise(stop) }
    }

    private func noteLoose(_ stop: TinkoffStop) {
        if looseStops[stop.stopID] == nil { looseStops[stop.stopID] = (stop, .now) }
    }

    /// Whether a stop neither waits nor is known to have ended, and what it became was not to be seen yet.
    func isAtLarge(_ stopID: String?) -> Bool {
        guard let stopID else { return true }
        if isWaiting(stopID) { return false }
        switch endedStops[stopID] {
        case .cancelled, .expired: return false
        case .executed(let child?): return seenOrders[child] == nil && !isOld(stopID)
        case .executed(child: nil): return !isOld(stopID)
        case .waiting, .unclear, nil: return true
        }
    }

    /// Whether the order that a stop became was still working when it was last told: no list need tell how it ended.
    private func isUnfinished(_ stopID: String) -> Bool {
        guard case .executed(let child?)? = endedStops[stopID] else { return false }
        return seenOrders[child] == false
    }

    /// Whether a stop left the list of those that wait so long ago that an order unseen is believed to come to nothing.
    func isOld(_ stopID: String) -> Bool {
        if barrenStops[stopID] != nil { return true }
        return looseStops[stopID].map { ContinuousClock.now - $0.since > settings.childPatience } ?? false
    }

    /// Whether a stop is among those that wait, as far as was read.
    func isWaiting(_ stopID: String) -> Bool { stopLists[.waiting]?.stops.contains { $0.stopID == stopID } ?? false }

    /// Looks for the orders that loose stops of a share became.
    func seekLoose(_ uid: String, _ side: Side) async throws {
        func isOpen(_ stopID: String, _ stop: TinkoffStop) -> Bool {
            stop.uid == uid && stop.side == side && (isAtLarge(stopID) || isUnfinished(stopID))
        }
        guard stopLists[.all] == nil || looseStops.contains(where: { isOpen($0, $1.stop) }) else { return }
        _ = try await readEndedStops()
        for (stopID, loose) in looseStops where isOpen(stopID, loose.stop) {
            guard case .executed(let child?) = endedStops[stopID] else { continue }
            // Yesterday's orders are listed no more, and told one by one.
            _ = try await state(child, isRequest: false)
        }
    }

    /// Notes what is known of a listed stop order.
    private func recognise(_ stop: TinkoffStop) async {
        guard let id = book.name(of: stop.stopID), let symbol = await symbol(of: stop.uid, stop.ticker) else { return }
        book.note(stop, as: id, symbol)
    }
}
