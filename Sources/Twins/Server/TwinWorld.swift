/// Something that leaves on a stream.
package struct StreamMessage: Hashable, Sendable {
    /// What is done with a stream.
    package enum Content: Hashable, Sendable {
        /// A text is sent.
        case text(String)
        /// The connection is cut without a word.
        case hangUp
        /// The connection is closed as the protocol wants it, with a code: 1000 to 4999.
        case close(code: UInt16)
    }

    /// The connection.
    package let session: Int
    /// The channel it belongs to; empty for answers to the client's own messages.
    package let channel: String
    /// What is sent.
    package let content: Content

    /// A message from its parts.
    package init(session: Int, channel: String, content: Content) {
        (self.session, self.channel, self.content) = (session, channel, content)
    }
}

/// A venue in memory: everything it answers follows from the requests, the moments and the seed. No I/O.
package protocol TwinWorld: Sendable {
    /// What goes wrong.
    var faults: FaultDesk { get set }
    /// Prices and candles.
    var market: TwinMarket { get set }
    /// Everything it knows, for `/twin/books`.
    var books: Wire { get }

    /// Answers a request.
    mutating func answer(_ request: TwinRequest, at now: TwinMoment) -> TwinAnswer
    /// How it says an error of its own: a code of the venue, or how many seconds to wait after too many requests.
    func refusal(code: String, message: String, status: Int, at now: TwinMoment) -> TwinAnswer
    /// Header fields with which a stream is opened; nil when this request opens none and is answered like any other.
    func handshake(_ request: TwinRequest, at now: TwinMoment) -> [String: String]?
    /// A stream was opened; false refuses the path.
    mutating func open(_ session: Int, path: String, at now: TwinMoment) -> Bool
    /// A text came in on a stream.
    mutating func receive(_ text: String, from session: Int, at now: TwinMoment)
    /// A stream is gone.
    mutating func close(_ session: Int)
    /// Time goes on: prices move, what is due happens.
    mutating func advance(to now: TwinMoment)
    /// Hands out, once, what is to be sent on streams.
    mutating func takeMessages() -> [StreamMessage]
    /// Acts on a request to the control endpoint that only this venue knows; nil when it knows none of that name.
    mutating func control(_ command: String, _ body: Wire, at now: TwinMoment) -> Wire?
    /// Forgets orders, positions and money; connections stay.
    mutating func reset(at now: TwinMoment)
}

extension TwinWorld {
    /// A venue that asks nothing of those who open a stream.
    package func handshake(_ request: TwinRequest, at now: TwinMoment) -> [String: String]? { [:] }
}
