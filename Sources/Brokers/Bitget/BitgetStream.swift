import Core
import Logging

/// What a stream of the venue says and hears: prices when it has symbols, the account otherwise.
struct BitgetStream: StreamScript {
    let broker: BitgetBroker
    let dialect: any BitgetDialect
    /// The symbols of a public stream; nil for the private one.
    let symbols: [Symbol]?

    let ping = "ping"
    private static let pong = Array("pong".utf8)
    /// A subscribe message stays well below the venue's limit of 4096 bytes.
    private static let topicsOfOneMessage = 25

    func login() async -> String? {
        symbols == nil ? await broker.client.login() : nil
    }

    func subscriptions() async -> [String] {
        let topics = symbols.map(dialect.publicTopics) ?? dialect.privateTopics()
        return stride(from: 0, to: topics.count, by: Self.topicsOfOneMessage).map { start in
            let part = topics[start..<min(start + Self.topicsOfOneMessage, topics.count)]
            return BitgetBody(["op": "subscribe", "args": .list(Array(part))]).text
        }
    }

    var acknowledgements: Int { (symbols.map(dialect.publicTopics) ?? dialect.privateTopics()).count }

    func receive(_ message: [UInt8]) async -> StreamNotice {
        if message == Self.pong { return .message }
        guard let root = try? JSONText(message).root, root.isObject else {
            return .broken("a message that is no JSON, of \(message.count) bytes")
        }
        if let event = root["event"] { return await heard(event, root) }
        do throws(VenueError) {
            if symbols == nil {
                await broker.hear(try dialect.hint(root))
            } else {
                for ticker in try dialect.tickers(root) { await broker.hear(ticker) }
            }
            return .message
        } catch {
            // An essential field is missing: this feed is not to be believed any more. REST goes on.
            return .fatal(error)
        }
    }

    private func heard(_ event: JSONValue, _ root: JSONValue) async -> StreamNotice {
        let code = root["code"]?.string ?? "0"
        if event.isWord("login"), code == "0" || code == "00000" { return .loggedIn }
        if event.isWord("subscribe"), code == "0" || code == "00000" { return .acknowledged }
        guard event.isWord("error") || event.isWord("login") || event.isWord("subscribe") else { return .message }
        if code == "30013" || code == "30014" { await broker.client.distrustClock() }
        let words = root.first("msg", "message")?.string ?? ""
        let text = BitgetCredentials.hide(broker.settings.credentials, in: words)
        if code == "30001", let topic = root["arg"], symbols != nil || dialect.mayLack(topic: topic) {
            // The others go on: a symbol that left the venue, or a topic that not every account has, is read instead.
            broker.log.warning(
                "a topic was refused: it is read instead",
                metadata: ["broker": "\(broker.name)", "reason": "\(text.prefix(200))"])
            return .acknowledged
        }
        return BitgetErrors.streamNotice(code: code, message: text, isOfTopic: root["arg"] != nil)
    }

    func connected() async { await broker.stream(isPrivate: symbols == nil, isUp: true) }

    func disconnected(_ reason: String, isFinal: Bool) async {
        let name = symbols == nil ? "private" : "public"
        broker.log.log(
            level: isFinal ? .error : .warning, "a stream was lost; readings go on",
            metadata: ["broker": "\(broker.name)", "stream": "\(name)", "reason": "\(reason)", "final": "\(isFinal)"])
        await broker.stream(isPrivate: symbols == nil, isUp: false)
    }
}
