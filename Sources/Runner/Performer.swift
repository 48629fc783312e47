import Core
import Engine
import Logging
import Router
import Storage

/// Performs effects: the only code that turns decisions into messages. Venues are served in parallel, each in the order
/// the engine asked; what they answer comes back as events.
struct Performer: Sendable {
    let router: ExecutionRouter
    let log: Logger
    var crash: CrashProbe = { _ in }
    /// Where alerts go besides the log.
    var alerts: AlertQueue?
    /// Why a broker was not started yet.
    var absence: @Sendable (BrokerName) -> VenueError? = { _ in nil }

    /// Performs all `effects`; returns the answers, ordered by broker.
    func perform(_ effects: [Effect]) async -> [EngineEvent] {
        let brokers = Set(effects.compactMap(\.broker)).sorted()
        if brokers.count < 2 { return await serve(effects) }
        return await withTaskGroup(of: (BrokerName, [EngineEvent]).self) { group in
            for broker in brokers {
                group.addTask { (broker, await serve(effects.filter { $0.broker == broker })) }
            }
            var answers: [(BrokerName, [EngineEvent])] = []
            for await answer in group { answers.append(answer) }
            return answers.sorted { $0.0 < $1.0 }.flatMap(\.1)
        }
    }

    private func serve(_ effects: [Effect]) async -> [EngineEvent] {
        var answers: [EngineEvent] = []
        for effect in effects {
            if let answer = await answer(to: effect) { answers.append(answer) }
        }
        return answers
    }

    /// Sends one message and waits for what it comes to; nil for an effect that is none, or when nobody answered.
    ///
    /// - Parameter isFlattening: Whether everything is being closed: what proves that nothing is held waits for no
    ///   executions of long ago then.
    func answer(to effect: Effect, isFlattening: Bool = false) async -> EngineEvent? {
        switch effect {
        case .submit(let approved, let broker):
            let points = CrashPoint.ofSending(approved.request.purpose)
            return await between(points.before, points.after) { await submit(approved, to: broker) }
        case .cancel(let reference, let symbol, let broker):
            return await between(.cancelSending, .cancelAnswered) { await cancel(reference, symbol, at: broker) }
        case .amend(let id, let symbol, let trigger, let quantity, let broker):
            let change = ProtectionChange(clientID: id, symbol: symbol, trigger: trigger, quantity: quantity)
            return await between(.protectionSending, .protectionAnswered) { await amend(change, at: broker) }
        case .query(let symbol, let id, let broker):
            return await query(symbol, id, at: broker)
        case .readAccount(let broker, let moment):
            return await between(.accountReading, .accountRead) { await read(broker, fillsSince: moment, isFlattening) }
        case .alert, .refuse, .mark, .halted, .reconciled:
            return nil
        }
    }

    /// Passes a crash point on each side of a message.
    private func between<Answer>(
        _ before: CrashPoint, _ after: CrashPoint, _ body: () async -> Answer
    ) async -> Answer {
        crash(before)
        let answer = await body()
        crash(after)
        return answer
    }

    private func submit(_ approved: Approved<OrderRequest>, to broker: BrokerName) async -> EngineEvent {
        let request = approved.request
        switch await router.submit(request, to: broker) {
        case .accepted(let report): return .reported(report)
        case .refused(let error): return .refused(request.symbol, request.clientID, error)
        case .silent: return .silent(request.symbol, request.clientID)
        }
    }

    private func cancel(_ reference: OrderReference, _ symbol: Symbol, at broker: BrokerName) async -> EngineEvent? {
        switch await router.cancel(reference, symbol, at: broker) {
        case .accepted(let report): return .reported(report)
        case .refused(let error):
            guard case .client(let id) = reference else { return nil }
            return .cancelRefused(symbol, id, error)
        case .silent:
            guard case .client(let id) = reference else { return nil }
            return .silent(symbol, id)
        }
    }

    private func amend(_ change: ProtectionChange, at broker: BrokerName) async -> EngineEvent {
        switch await router.amend(change, at: broker) {
        case .accepted(let report): .reported(report)
        case .refused(let error): .amendRefused(change.symbol, change.clientID, error)
        case .silent: .silent(change.symbol, change.clientID)
        }
    }

    /// Asks what became of an order. No answer is no news: the engine asks again.
    func query(_ symbol: Symbol, _ id: ClientOrderID, at broker: BrokerName) async -> EngineEvent? {
        do {
            if let report = try await router.order(id, symbol, at: broker) { return .reported(report) }
            return .absent(symbol, id)
        } catch {
            log.warning("an order could not be looked up", metadata: ["broker": "\(broker)", "error": "\(error)"])
            return nil
        }
    }

    private func read(
        _ broker: BrokerName, fillsSince moment: Timestamp, _ isFlattening: Bool
    ) async -> EngineEvent {
        // Only an account that was read is traded on.
        if !isFlattening, let absence = absence(broker) { return .unreachable(broker, absence) }
        do {
            return .snapshot(try await router.snapshot(of: broker, fillsSince: moment))
        } catch let error as VenueError where isFlattening && error.code == VenueError.pendingExecutions {
            return await readHoldings(broker)
        } catch {
            let error = error as? VenueError ?? VenueError(.retryable, code: "NO_SNAPSHOT", message: "\(error)")
            return .unreachable(broker, error)
        }
    }

    /// What is held, without executions. Since when they are missing stays in the books: they are asked for until they
    /// come.
    private func readHoldings(_ broker: BrokerName) async -> EngineEvent {
        let event = await read(broker, fillsSince: .distantFuture, true)
        guard case .snapshot(let snapshot) = event else { return event }
        return .snapshot(snapshot.withoutFills)
    }

    /// Tells people that the run breaks off.
    func announceEnd(_ error: any Error) {
        let why = (error as? any ExplainedError)?.problem ?? "\(error)"
        announce(.alert(Alert(.critical, "RUN_BROKE_OFF", why)))
    }

    /// Writes to the log what people should be able to find there, and sends alerts on their way.
    func announce(_ effect: Effect) {
        switch effect {
        case .alert(let alert):
            let level: Logger.Level = alert.severity == .critical ? .critical : .warning
            log.log(level: level, "alert", metadata: ["code": "\(alert.code)", "text": "\(alert.message)"])
            alerts?.post(alert)
        case .refuse(let refusal):
            log.info(
                "an order was refused by the gate",
                metadata: [
                    "code": "\(refusal.code.rawValue)", "symbol": "\(refusal.symbol)", "text": "\(refusal.sentence)",
                ])
        case .submit(let approved, let broker):
            let request = approved.request
            log.info(
                "order sent",
                metadata: [
                    "id": "\(request.clientID)", "symbol": "\(request.symbol)", "side": "\(request.side.rawValue)",
                    "quantity": "\(request.quantity)", "purpose": "\(request.purpose.rawValue)", "broker": "\(broker)",
                ])
        case .cancel, .amend, .query, .readAccount, .mark, .halted, .reconciled: break
        }
    }
}

extension Effect {
    /// The broker an effect is a message to; nil when it leaves no message.
    var broker: BrokerName? {
        switch self {
        case .submit(_, let broker), .cancel(_, _, let broker), .amend(_, _, _, _, let broker),
            .query(_, _, let broker), .readAccount(let broker, _):
            broker
        case .alert, .refuse, .mark, .halted, .reconciled: nil
        }
    }
}

extension CrashPoint {
    /// The points around sending an order.
    static func ofSending(_ purpose: OrderPurpose) -> (before: CrashPoint, after: CrashPoint) {
        switch purpose {
        case .entry: (.entrySending, .entryAnswered)
        case .exit, .manual: (.exitSending, .exitAnswered)
        case .stop, .takeProfit: (.protectionSending, .protectionAnswered)
        case .flatten: (.flattenSending, .flattenAnswered)
        }
    }
}
