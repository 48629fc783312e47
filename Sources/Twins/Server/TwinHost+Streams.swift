import Core
import Simulator
import Synchronization

extension TwinHost {
    /// Opens a stream; nil when the venue has none at this path.
    func open(
        path: String, send: @escaping @Sendable (StreamMessage.Content) -> Void
    ) -> (session: Int, [StreamDelivery])? {
        noting(.open(path: path)) { (open(path: path, at: $0, send: send), true) }
    }

    func open(
        path: String, at wall: Timestamp, send: @escaping @Sendable (StreamMessage.Content) -> Void
    ) -> (session: Int, [StreamDelivery])? {
        state.withLock { state in
            state.sessions += 1
            let session = state.sessions
            guard state.world.open(session, path: path, at: moment(state, at: wall)) else { return nil }
            state.streams[session] = send
            return (session, deliveries(&state, at: wall))
        }
    }

    /// Header fields with which a stream is opened; nil when the venue opens none for this request.
    func handshake(_ request: TwinRequest) -> [String: String]? {
        let now = self.now()
        return state.withLock { $0.world.handshake(request, at: moment($0, at: now)) }
    }

    /// Whether a stream would be opened just now.
    func refusesStreams(path: String) -> Bool {
        noting(.knock(path: path)) { (refusesStreams(path: path, at: $0), true) }
    }

    func refusesStreams(path: String, at wall: Timestamp) -> Bool {
        state.withLock { state in
            let now = moment(state, at: wall).wall
            return state.world.faults.isFrozen
                || state.world.faults.rule(.refuseStream, about: path, at: now) != nil
        }
    }

    /// A text came in.
    func receive(_ text: String, from session: Int) -> [StreamDelivery] {
        noting(.text(text, session: session)) { (receive(text, from: session, at: $0), true) }
    }

    func receive(_ text: String, from session: Int, at wall: Timestamp) -> [StreamDelivery] {
        state.withLock { state in
            guard !state.world.faults.isFrozen else { return [] }
            let now = moment(state, at: wall)
            state.world.advance(to: now)
            state.world.receive(text, from: session, at: now)
            return deliveries(&state, at: wall)
        }
    }

    /// A stream is gone.
    func close(_ session: Int) {
        noting(.close(session: session)) { _ in (forget(session), true) }
    }

    func forget(_ session: Int) {
        state.withLock { state in
            state.streams[session] = nil
            state.world.close(session)
        }
    }

    /// Ends every stream; without a code clients see a connection that breaks off.
    func hangUpAll(_ content: StreamMessage.Content) -> [StreamDelivery] {
        state.withLock { state in
            let all = state.streams.sorted { $0.key < $1.key }
            for (session, _) in all { state.world.close(session) }
            state.streams = [:]
            return all.map { StreamDelivery(send: $0.value, content: content, after: 0) }
        }
    }

    /// What the world wants to say, less what gets lost, with what comes twice or late.
    func deliveries(_ state: inout State, at wall: Timestamp) -> [StreamDelivery] {
        let messages = state.world.takeMessages()
        guard !messages.isEmpty else { return [] }
        let now = moment(state, at: wall).wall
        return messages.flatMap { message -> [StreamDelivery] in
            guard let send = state.streams[message.session] else { return [] }
            guard case .text = message.content else {
                state.streams[message.session] = nil
                state.world.close(message.session)
                return [StreamDelivery(send: send, content: message.content, after: 0)]
            }
            return spoiled(message, send, &state, at: now)
        }
    }

    private func spoiled(
        _ message: StreamMessage, _ send: @escaping @Sendable (StreamMessage.Content) -> Void, _ state: inout State,
        at now: Timestamp
    ) -> [StreamDelivery] {
        let (channel, isNews) = (message.channel, !message.channel.isEmpty)
        if state.world.faults.isOn(.freeze, at: now) { return [] }
        if state.world.faults.rule(.frozen, about: channel, at: now) != nil { return [] }
        guard isNews else { return [StreamDelivery(send: send, content: message.content, after: 0)] }
        if state.world.faults.rule(.stale, about: channel, at: now) != nil { return [] }
        if let rule = state.world.faults.rule(.disconnect, about: channel, at: now) {
            state.streams[message.session] = nil
            state.world.close(message.session)
            return [StreamDelivery(send: send, content: rule.ending, after: 0)]
        }
        if state.world.faults.happens(.frameLoss, at: now)
            || state.world.faults.rule(.frameLoss, about: channel, at: now) != nil
        {
            return []
        }
        var delay = state.world.faults.travel(at: now)
        if state.world.faults.happens(.reorder, at: now) {
            delay = delay + (state.world.faults.time(of: .reorder) ?? .zero)
        }
        if let rule = state.world.faults.rule(.reorder, about: channel, at: now) {
            delay = delay + state.world.faults.time(of: rule, or: .milliseconds(500))
        }
        let delivery = StreamDelivery(send: send, content: message.content, after: delay.milliseconds)
        let twice =
            state.world.faults.happens(.duplicateResponse, at: now)
            || state.world.faults.rule(.repeat, about: channel, at: now) != nil
        return twice ? [delivery, delivery] : [delivery]
    }
}
