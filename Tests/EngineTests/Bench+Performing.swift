import Core
import Engine

extension Bench {
    // MARK: Performing

    mutating func perform(_ effect: Effect) throws -> EngineEvent? {
        switch effect {
        case .submit(let approved, let broker): return try submit(approved.request, to: broker)
        case .cancel(let reference, let symbol, let broker): return try cancel(reference, symbol, at: broker)
        case .amend(let id, let symbol, let trigger, let quantity, let broker):
            return try amend(id, symbol, trigger, quantity, at: broker)
        case .query(let symbol, let id, let broker):
            guard manners[broker] ?? .prompt != .mute, manners[broker] != .unreachable else { return nil }
            if case .losingAnswers(let left) = manners[broker] {
                manners[broker] = left > 1 ? .losingAnswers(left - 1) : .prompt
                return nil
            }
            return try venue(broker).order(id).map { .reported($0) } ?? .absent(symbol, id)
        case .readAccount(let broker, let moment):
            guard manners[broker] != .unreachable else {
                return .unreachable(broker, VenueError(.retryable, code: "DOWN", message: "not reachable"))
            }
            let snapshot = try venue(broker).snapshot(at: now, fillsSince: moment)
            return .snapshot(manners[broker] == .readingExecutions ? snapshot.withoutFills : snapshot)
        case .alert, .refuse, .mark, .halted, .reconciled: return nil
        }
    }

    func venue(_ broker: BrokerName) throws -> ModelVenue {
        guard let venue = venues[broker] else { throw ModelVenue.Misuse.wrongVenue(broker) }
        return venue
    }

    mutating func submit(_ request: OrderRequest, to broker: BrokerName) throws -> EngineEvent? {
        if let refusal = try makeWay(for: request, at: broker) { return refusal }
        var venue = try venue(broker)
        switch manners[broker] ?? .prompt {
        case .refusingProtections where request.kind.isProtective: return refusal(of: request, "NO_STOPS")
        case .refusing(let code): return refusal(of: request, code)
        case .refusingCloses(let code) where request.reduceOnly && !request.kind.isProtective:
            return refusal(of: request, code)
        case .capricious: return refusal(of: request, "MOOD_\(events.count)")
        case .lost, .unreachable: return .silent(request.symbol, request.clientID)
        case .notReached:
            let error = VenueError(.retryable, code: "NOT_CONNECTED", message: "nothing left")
            return .refused(request.symbol, request.clientID, error)
        case .losingRequests(let left):
            manners[broker] = left > 1 ? .losingRequests(left - 1) : .prompt
            return .silent(request.symbol, request.clientID)
        case .losingAnswers(let left):
            manners[broker] = left > 1 ? .losingAnswers(left - 1) : .prompt
            do { _ = try venue.submit(request, at: now) } catch ModelVenue.Misuse.flips where refusesFlips {
            } catch ModelVenue.Misuse.duplicate(let id) {
                // A venue that refuses a second order of a name; nobody hears of that either.
                duplicates.append(id)
            }
            venues[broker] = venue
            return .silent(request.symbol, request.clientID)
        case .prompt, .mute, .losingCancellations, .refusingCancellations, .refusingProtections, .refusingCloses,
            .readingExecutions:
            if isDuplicateSafe, try self.venue(broker).order(request.clientID) != nil {
                duplicates.append(request.clientID)
                return refusal(of: request, "DUPLICATE")
            }
            let report: OrderReport
            do { report = try venue.submit(request, at: now) } catch ModelVenue.Misuse.flips where refusesFlips {
                return refusal(of: request, "REDUCE_ONLY")
            }
            venues[broker] = venue
            return manners[broker] == .mute ? nil : .reported(report)
        }
    }

    /// What a broker does that takes back by itself the stops that a close would stand beside.
    private mutating func makeWay(for request: OrderRequest, at broker: BrokerName) throws -> EngineEvent? {
        switch manners[broker] ?? .prompt {
        case .lost, .unreachable, .notReached, .refusing, .losingRequests: return nil
        default: break
        }
        guard takesStopsBack, request.reduceOnly else { return nil }
        let beside = try venue(broker).openOrders.filter { $0.symbol == request.symbol && $0.side == request.side }
        guard !request.kind.isProtective else {
            guard beside.contains(where: { !$0.kind.isProtective }) else { return nil }
            let error = VenueError(.retryable, code: "CLOSE_IN_THE_WAY", message: "refused")
            return .refused(request.symbol, request.clientID, error)
        }
        for stop in beside where stop.kind.isProtective {
            if let gone = try venues[broker]?.cancel(.venue(stop.venueOrderID)).get() { asides.append(.reported(gone)) }
        }
        return nil
    }

    func refusal(of request: OrderRequest, _ code: String) -> EngineEvent {
        .refused(request.symbol, request.clientID, VenueError(.rejected, code: code, message: "refused"))
    }

    mutating func amend(
        _ id: ClientOrderID, _ symbol: Symbol, _ trigger: Price, _ quantity: Quantity, at broker: BrokerName
    ) throws -> EngineEvent? {
        let manner = manners[broker] ?? .prompt
        if manner == .lost || manner == .unreachable { return .silent(symbol, id) }
        if manner == .refusingProtections {
            return .amendRefused(symbol, id, VenueError(.rejected, code: "NO_CHANGES", message: "refused"))
        }
        var venue = try venue(broker)
        let result = venue.amend(id, trigger: trigger, quantity: quantity)
        venues[broker] = venue
        if manner == .mute { return nil }
        switch result {
        case .success(let report): return .reported(report)
        case .failure(let error): return .amendRefused(symbol, id, error)
        }
    }

    mutating func cancel(
        _ reference: OrderReference, _ symbol: Symbol, at broker: BrokerName
    ) throws -> EngineEvent? {
        let manner = manners[broker] ?? .prompt
        if manner == .lost || manner == .unreachable || manner == .losingCancellations { return nil }
        if manner == .refusingCancellations, case .client(let id) = reference {
            return .cancelRefused(symbol, id, VenueError(.rejected, code: "NOT_NOW", message: "refused"))
        }
        var venue = try venue(broker)
        let result = venue.cancel(reference)
        venues[broker] = venue
        if manner == .mute { return nil }
        switch result {
        case .success(let report): return .reported(report)
        case .failure(let error):
            guard case .client(let id) = reference else { return nil }
            return .cancelRefused(symbol, id, error)
        }
    }
}
