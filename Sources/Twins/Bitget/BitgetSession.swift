import Core
import Simulator

/// One stream and what its client asked for.
struct BitgetSession: Sendable {
    /// One subscription: its argument as the client wrote it.
    struct Subscription: Hashable, Sendable {
        let instType: String
        let channel: String
        /// The symbol, `default` for all.
        let instrument: String
        let arg: Wire
    }

    let isPrivate: Bool
    let isUnified: Bool
    var isLoggedIn = false
    /// When it was opened, by the real time.
    let openedAt: Timestamp
    var subscriptions: [Subscription] = []
    /// When its client last pinged, by the real time.
    var lastPing: Timestamp
    var second: Int64 = 0
    var messages = 0
}

extension BitgetWorld {
    package mutating func open(_ session: Int, path: String, at now: TwinMoment) -> Bool {
        self.now = now
        let parts = path.split(separator: "/")
        guard parts.count == 3, parts[1] == "ws", ["v2", "v3"].contains(parts[0]),
            ["public", "private"].contains(parts[2])
        else { return false }
        sessions[session] = BitgetSession(
            isPrivate: parts[2] == "private", isUnified: parts[0] == "v3", openedAt: now.wall, lastPing: now.wall)
        return true
    }

    package mutating func close(_ session: Int) { sessions[session] = nil }

    package mutating func receive(_ text: String, from session: Int, at now: TwinMoment) {
        self.now = now
        guard isWithinLimit(session) else {
            fail(session, 30007, "request over limit, connection close")
            return hangUp(session)
        }
        if text == "ping" {
            sessions[session]?.lastPing = now.wall
            return say(session, .text("pong"))
        }
        guard let message = Wire(json: text.utf8), let operation = message["op"]?.string else {
            return fail(session, 30002, "Illegal request")
        }
        let arguments = message["args"]?.elements ?? []
        switch operation {
        case "login": logIn(session, arguments.first ?? .null)
        case "subscribe":
            guard text.utf8.count <= 4096 else { return fail(session, 30016, "Param error: message too long") }
            for argument in arguments { subscribe(session, argument) }
        case "unsubscribe":
            for argument in arguments {
                sessions[session]?.subscriptions.removeAll { $0.arg == argument }
                say(session, .text(Wire.json(["event": "unsubscribe", "arg": argument]).description))
            }
        default: fail(session, 30003, "Invalid op")
        }
    }

    private mutating func isWithinLimit(_ session: Int) -> Bool {
        guard setup.hasLimits, var state = sessions[session] else { return true }
        let second = now.wall.milliseconds / 1000
        (state.messages, state.second) = (state.second == second ? state.messages + 1 : 1, second)
        sessions[session] = state
        return state.messages <= 10
    }

    private mutating func logIn(_ session: Int, _ login: Wire) {
        guard let key = setup.keys.first(where: { $0.key == login["apiKey"]?.string }), isKeyAlive else {
            return refuse(session, 30011, "Invalid ACCESS_KEY")
        }
        guard key.passphrase == login["passphrase"]?.string else {
            return refuse(session, 30012, "Invalid ACCESS_PASSPHRASE")
        }
        guard let stamp = login["timestamp"]?.string, let number = Int64(stamp),
            (0...Int64.max / 8).contains(number)
        else {
            return refuse(session, 30013, "Invalid ACCESS_TIMESTAMP")
        }
        // Seconds by most clients, milliseconds by the newest documentation.
        let sent = number > 100_000_000_000 ? number : number * 1000
        guard abs(now.wall.milliseconds - sent) <= 30_000 else {
            return refuse(session, 30014, "Request timestamp expired")
        }
        let text = Array("\(stamp)GET/user/verify".utf8)
        guard let sign = login["sign"]?.string, BitgetSetup.isSignature(sign, of: text, secret: key.secret) else {
            return refuse(session, 30015, "Invalid sign")
        }
        sessions[session]?.isLoggedIn = true
        say(session, .text(Wire.json(["event": "login", "code": 0, "msg": ""]).description))
    }

    private var isKeyAlive: Bool { faults.spell(.authRevoked, at: now.wall) == nil }

    private mutating func refuse(_ session: Int, _ code: Int, _ message: String) {
        fail(session, code, message)
        hangUp(session)
    }

    private mutating func subscribe(_ session: Int, _ argument: Wire) {
        guard let state = sessions[session] else { return }
        let channel = argument["channel"]?.string ?? argument["topic"]?.string ?? ""
        let interval = argument["interval"]?.string ?? ""
        let name = channel == "kline" ? "candle\(interval)" : channel
        let instType = (argument["instType"]?.string ?? "").uppercased()
        let instrument =
            argument["instId"]?.string ?? argument["symbol"]?.string ?? argument["coin"]?.string ?? "default"
        guard BitgetChannel.exists(name, instType: instType, isPrivate: state.isPrivate, isUnified: state.isUnified)
        else {
            return fail(
                session, 30001, "instType:\(instType),channel:\(channel),instId:\(instrument) doesn't exist", argument)
        }
        guard !state.isPrivate || state.isLoggedIn else { return fail(session, 30004, "User not logged in", argument) }
        let isKnown = Symbol(instrument).flatMap { market.instrument($0) } != nil
        guard isKnown || (state.isPrivate && ["default", "USDT"].contains(instrument)) else {
            return fail(
                session, 30001, "instType:\(instType),channel:\(channel),instId:\(instrument) doesn't exist", argument)
        }
        let subscription = BitgetSession.Subscription(
            instType: instType, channel: name, instrument: instrument, arg: argument)
        say(session, .text(Wire.json(["event": "subscribe", "arg": argument]).description))
        guard !state.subscriptions.contains(subscription) else { return }
        sessions[session]?.subscriptions.append(subscription)
        greet(session, subscription, isUnified: state.isUnified)
    }

    // MARK: Sending

    mutating func say(_ session: Int, _ content: StreamMessage.Content, channel: String = "") {
        outbox.append(StreamMessage(session: session, channel: channel, content: content))
    }

    private mutating func fail(_ session: Int, _ code: Int, _ message: String, _ argument: Wire? = nil) {
        var event: Wire = ["event": "error"]
        if let argument { event = event.adding(["arg": argument]) }
        say(session, .text(event.adding(["code": .whole(Int64(code)), "msg": .text(message)]).description))
    }

    mutating func hangUp(_ session: Int) { say(session, .hangUp) }

    /// Closes streams whose clients have not pinged for two minutes, and private ones that nobody logs in to.
    mutating func hangUpIdle() {
        for session in sessions.keys.sorted() {
            guard let state = sessions[session] else { continue }
            let isStranger =
                state.isPrivate && !state.isLoggedIn && now.wall - state.openedAt > setup.loginTimeout
            guard isStranger || now.wall - state.lastPing > .seconds(120) else { continue }
            if isStranger { fail(session, 30004, "User not logged in") }
            sessions[session] = nil
            hangUp(session)
        }
    }

    /// Tells everyone who asked for a channel. The data is built for each dialect only when somebody wants it.
    mutating func tell(
        _ channel: BitgetChannel, symbol: Symbol?, action: String = "snapshot", _ data: (_ isUnified: Bool) -> Wire
    ) {
        guard !sessions.isEmpty else { return }
        for session in sessions.keys.sorted() {
            guard let state = sessions[session], state.isPrivate == channel.isPrivate else { continue }
            for subscription in state.subscriptions where channel.isMeant(subscription, symbol: symbol, state.isUnified)
            {
                tell(session, subscription, action, data(state.isUnified))
            }
        }
    }

    /// Tells one subscriber.
    mutating func tell(
        _ session: Int, _ subscription: BitgetSession.Subscription, _ action: String, _ data: Wire
    ) {
        let message: Wire = [
            "action": .text(action), "arg": subscription.arg, "data": data, "ts": .whole(now.wall.milliseconds),
        ]
        say(session, .text(message.description), channel: subscription.channel)
    }
}

/// A channel of a stream, as both dialects call it.
struct BitgetChannel: Sendable {
    let classic: String
    let unified: String
    let isPrivate: Bool
    /// Whether it is about spot; nil when it is about both.
    let isSpot: Bool?

    static func publicly(_ classic: String, unified: String? = nil, isSpot: Bool? = nil) -> BitgetChannel {
        BitgetChannel(classic: classic, unified: unified ?? classic, isPrivate: false, isSpot: isSpot)
    }

    static func privately(_ classic: String, unified: String, isSpot: Bool?) -> BitgetChannel {
        BitgetChannel(classic: classic, unified: unified, isPrivate: true, isSpot: isSpot)
    }

    func isMeant(_ subscription: BitgetSession.Subscription, symbol: Symbol?, _ isUnifiedStream: Bool) -> Bool {
        guard subscription.channel == (isUnifiedStream ? unified : classic) else { return false }
        if let isSpot, subscription.instType != "UTA", (subscription.instType == "SPOT") != isSpot { return false }
        guard let symbol, !["default", "USDT"].contains(subscription.instrument) else { return true }
        return subscription.instrument.uppercased() == symbol.name
    }

    static func exists(_ name: String, instType: String, isPrivate: Bool, isUnified: Bool) -> Bool {
        let types = ["SPOT", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES"] + (isUnified ? ["UTA"] : [])
        guard types.contains(instType) else { return false }
        if isPrivate {
            let classic = [
                "orders", "orders-algo", "positions", "account", "fill", "positions-history", "equity",
            ]
            let unified = ["order", "fill", "position", "account", "fast-fill", "strategy-order"]
            return (isUnified ? unified : classic).contains(name)
        }
        if name.hasPrefix("candle") { return BitgetGrain(stream: String(name.dropFirst(6))) != nil }
        return ["ticker", "trade", "publicTrade", "books", "books1", "books5", "books15", "books50"].contains(name)
    }
}
