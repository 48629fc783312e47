package import Core
import NIOCore
import Synchronization

/// What a message was to a stream.
package enum StreamNotice: Hashable, Sendable {
    /// Something for the reader; it is taken care of.
    case message
    /// The login was accepted: subscribe now.
    case loggedIn
    /// A subscription was accepted.
    case acknowledged
    /// The venue will not serve this stream as things are: repeating is of no use.
    case fatal(VenueError)
    /// This connection is of no use, and another one is not before so long.
    case later(Duration, VenueError)
    /// This connection is of no use: open another one.
    case broken(String)
}

/// What a venue means when it closes a stream with a code of its own.
package enum StreamClosure: Hashable, Sendable {
    /// Another connection may do.
    case usual
    /// Another connection may do, but not before so long; the error is what a person can do about it.
    case after(Duration, VenueError? = nil)
}

/// What a venue's stream says and hears; ``StreamSession`` does the rest.
package protocol StreamScript: Sendable {
    /// What a code means that a connection was closed with.
    func closure(_ code: Int) -> StreamClosure
    /// The text of a ping; empty for the protocol's own, which proves nothing but keeps the way open.
    var ping: String { get }
    /// The first message of a connection; nil when the stream needs no login.
    func login() async -> String?
    /// The messages that subscribe to everything.
    func subscriptions() async -> [String]
    /// How many acknowledgements of subscriptions to wait for; zero where the venue sends none.
    var acknowledgements: Int { get }
    /// Takes a message.
    func receive(_ message: [UInt8]) async -> StreamNotice
    /// Everything is subscribed to, and acknowledged where the venue does so: what was missed has to be read now.
    func connected() async
    /// The connection is gone, or could not be opened; another attempt follows unless it is final. Not told of a
    /// session that was ended from our side.
    func disconnected(_ reason: String, isFinal: Bool) async
}

extension StreamScript {
    package var acknowledgements: Int { 0 }
}

/// Keeps one stream alive: opens, logs in, subscribes, pings, notices silence, and opens again.
package struct StreamSession: Sendable {
    /// A watch that reader and keeper share.
    private final class SharedWatch: Sendable {
        let state: Mutex<StreamWatch>

        init(_ watch: StreamWatch) { state = Mutex(watch) }
    }

    private enum End: Error {
        case silent
        case unanswered
        case renewed
        case fatal(VenueError)
        case later(Duration, VenueError)
        case broken(String)
    }

    /// Venues end connections that send more than about ten messages a second.
    package static let spacing = Duration.milliseconds(120)

    private let client: WebSocketClient
    private let script: any StreamScript
    private let limits: StreamWatch.Limits
    private let backoff: Backoff
    private let seed: UInt64

    /// A session that has not begun.
    package init(
        client: WebSocketClient, script: any StreamScript, limits: StreamWatch.Limits = StreamWatch.Limits(),
        backoff: Backoff = Backoff(), seed: UInt64
    ) {
        (self.client, self.script, self.limits) = (client, script, limits)
        (self.backoff, self.seed) = (backoff, seed)
    }

    private func uptime() -> Duration { .nanoseconds(Int64(NIODeadline.now().uptimeNanoseconds)) }

    /// Works until the task is cancelled or the venue refuses for good.
    package func run() async {
        var backoff = backoff
        var random = SeededRandom(seed: seed)
        while !Task.isCancelled {
            let begun = uptime()
            do {
                try await client.withConnection { connection in try await serve(connection) }
            } catch End.fatal(let error) {
                return await script.disconnected(error.description, isFinal: true)
            } catch End.renewed {
                await script.disconnected("renewed because of its age", isFinal: false)
                continue
            } catch {
                if Task.isCancelled { return }
                switch closure(error) {
                case .usual: await script.disconnected("\(error)", isFinal: false)
                case .after(let pause, let reason):
                    await script.disconnected(reason?.description ?? "\(error)", isFinal: false)
                    guard (try? await Task.sleep(for: pause)) != nil else { return }
                }
            }
            backoff.succeeded(at: begun)
            guard (try? await Task.sleep(for: backoff.failed(at: uptime(), random: &random))) != nil else { return }
        }
    }

    private func closure(_ error: any Error) -> StreamClosure {
        if case End.later(let pause, let reason) = error { return .after(pause, reason) }
        guard case WebSocketFailure.closed(let code?) = error else { return .usual }
        return script.closure(code)
    }

    private func serve(_ connection: WebSocketConnection) async throws {
        let watch = SharedWatch(StreamWatch(limits, at: uptime()))
        let session = self
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await session.read(connection, watch) }
            group.addTask { try await session.keep(connection, watch) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Pings, and gives up what is silent or old.
    private func keep(_ connection: WebSocketConnection, _ watch: SharedWatch) async throws {
        while true {
            let deadline = watch.state.withLock { $0.nextDeadline }
            // The reader may have asked for something meanwhile.
            try await Task.sleep(for: min(limits.answer, max(.zero, deadline - uptime())))
            switch watch.state.withLock({ $0.due(at: uptime()) }) {
            case .ping where script.ping.isEmpty: try await connection.ping()
            case .ping: try await connection.send(script.ping)
            case .dead: throw End.silent
            case .unanswered: throw End.unanswered
            case .renew: throw End.renewed
            case nil: break
            }
        }
    }

    private func read(_ connection: WebSocketConnection, _ watch: SharedWatch) async throws {
        var missing = script.acknowledgements
        if let login = await script.login() {
            watch.state.withLock { $0.ask(at: uptime()) }
            try await connection.send(login)
        } else {
            try await subscribe(connection, watch)
        }
        try await connection.read { buffer in
            watch.state.withLock { $0.hear(at: uptime()) }
            switch await script.receive(Array(buffer.readableBytesView)) {
            case .message: break
            case .loggedIn: try await subscribe(connection, watch)
            case .acknowledged:
                missing -= 1
                if missing == 0 { await settle(watch) }
            case .fatal(let error): throw End.fatal(error)
            case .later(let pause, let error): throw End.later(pause, error)
            case .broken(let reason): throw End.broken(reason)
            }
        }
    }

    private func subscribe(_ connection: WebSocketConnection, _ watch: SharedWatch) async throws {
        watch.state.withLock { $0.ask(at: uptime()) }
        for (index, message) in await script.subscriptions().enumerated() {
            if index > 0 { try await Task.sleep(for: Self.spacing) }
            try await connection.send(message)
        }
        if script.acknowledgements == 0 { await settle(watch) }
    }

    private func settle(_ watch: SharedWatch) async {
        watch.state.withLock { $0.answered() }
        await script.connected()
    }
}

extension StreamScript {
    package func closure(_ code: Int) -> StreamClosure { .usual }
}
