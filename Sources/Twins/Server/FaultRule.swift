import Core
import Simulator

/// A targeted fault: what goes wrong, where, how often, and when.
package struct FaultRule: Codable, Hashable, Sendable {
    /// What goes wrong.
    package enum Deed: String, Codable, CaseIterable, Sendable {
        /// The connection is closed before anyone looked at the request.
        case dropRequest
        /// The venue acts, then the connection is closed without an answer.
        case dropResponse
        /// The venue acts and never answers; the connection stays open.
        case hang
        /// The answer comes late.
        case delay
        /// The request is acted on twice; the second answer is told.
        case duplicateRequest
        /// The HTML page of a gateway (`status`, 502 by default), with or without acting (`accept`).
        case gateway
        /// An error of the venue: `code`, `message`, HTTP `status` (400 by default), with or without acting (`accept`).
        case reject
        /// Too many requests; `seconds` go into `Retry-After`.
        case rateLimit
        /// The venue acts, its answer is cut off in the middle.
        case malformed
        /// The venue acts, its answer has no body.
        case empty
        /// Empty lists in the answer become `null`.
        case nullLists
        /// A message on a stream is lost.
        case frameLoss
        /// A message on a stream comes twice.
        case `repeat`
        /// A message on a stream is overtaken by later ones.
        case reorder
        /// The stream answers pings and tells nothing else.
        case stale
        /// The stream stays open and is silent, pings included.
        case frozen
        /// The stream is cut, or closed with the WebSocket code that `code` names.
        case disconnect
        /// New streams are refused.
        case refuseStream
        /// An order gets its first part of `parts` and then nothing.
        case partialThenNothing
    }

    /// What goes wrong.
    package let `do`: Deed
    /// Only requests whose path starts so; for orders, only this symbol.
    package let path: String?
    /// Only this method.
    package let method: String?
    /// Only this channel of a stream.
    package let channel: String?
    /// Probability each time it could happen; always without it.
    package let chance: Double?
    /// How often it happens at most.
    package let count: Int?
    /// How many matches pass unharmed first.
    package let skip: Int?
    /// Seconds after the plan was put in force.
    package let after: Double?
    /// For how many seconds.
    package let `for`: Double?
    /// Shortest and longest delay, or the time to wait.
    package let seconds: [Double]?
    /// The venue's code.
    package let code: String?
    /// Its words.
    package let message: String?
    /// The HTTP status.
    package let status: Int?
    /// Whether the venue acts before it fails.
    package let accept: Bool?
    /// Into how many parts an order is split.
    package let parts: Int?

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case `do`, path, method, channel, chance, count, skip, after, `for`, seconds, code, message, status, accept
        case parts
    }

    /// Reads a rule.
    ///
    /// - Throws: ``ScenarioError`` for a field that does not exist or makes no sense.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.knownKeys(CodingKeys.self)
        let deed = try values.decode(String.self, forKey: .do)
        guard let known = Deed(rawValue: deed) else {
            throw ScenarioError.unknownKey(
                path: "\(decoder.codingPath.scenarioPath).do = \(deed)", known: Deed.allCases.map(\.rawValue))
        }
        self.do = known
        path = try values.decodeIfPresent(String.self, forKey: .path)
        method = try values.decodeIfPresent(String.self, forKey: .method)
        channel = try values.decodeIfPresent(String.self, forKey: .channel)
        chance = try values.decodeIfPresent(Double.self, forKey: .chance)
        count = try values.decodeIfPresent(Int.self, forKey: .count)
        skip = try values.decodeIfPresent(Int.self, forKey: .skip)
        after = try values.decodeIfPresent(Double.self, forKey: .after)
        self.for = try values.decodeIfPresent(Double.self, forKey: .for)
        seconds = try values.decodeIfPresent([Double].self, forKey: .seconds)
        code = try values.decodeIfPresent(String.self, forKey: .code)
        message = try values.decodeIfPresent(String.self, forKey: .message)
        status = try values.decodeIfPresent(Int.self, forKey: .status)
        accept = try values.decodeIfPresent(Bool.self, forKey: .accept)
        parts = try values.decodeIfPresent(Int.self, forKey: .parts)
        if let problem {
            throw ScenarioError.badValue(path: decoder.codingPath.scenarioPath, problem: problem)
        }
    }

    private var problem: String? {
        if let chance, !(0...1).contains(chance) { return "chance is 0...1" }
        if let seconds {
            guard seconds.count == 2, seconds[0] >= 0, seconds[0] <= seconds[1], seconds[1] <= 86_400 else {
                return "seconds are two numbers, the shortest and the longest, 0...86400"
            }
        }
        if let status, !(200...599).contains(status) { return "status is 200...599" }
        if let parts, !(2...1000).contains(parts) { return "parts is 2...1000" }
        for times in [after, self.for] where times.map({ !(0...864_000).contains($0) }) ?? false {
            return "after and for are 0...864000 seconds"
        }
        if self.do == .reject, code == nil { return "reject needs the venue's code" }
        if self.do == .disconnect, code != nil, closeCode == nil { return "a stream's code is \(Self.closeCodes)" }
        return nil
    }

    /// How streams may be closed: 1005, 1006 and 1015 never travel.
    static let closeCodes = "1000...4999, but for 1005, 1006 and 1015"

    /// A code that a stream may be closed with; nil for any other text.
    static func closeCode(_ text: String) -> UInt16? {
        UInt16(text).flatMap { (1000...4999).contains($0) && ![1005, 1006, 1015].contains($0) ? $0 : nil }
    }

    /// The code a stream is closed with.
    var closeCode: UInt16? { code.flatMap(Self.closeCode) }

    /// What becomes of a stream that is closed.
    var ending: StreamMessage.Content { closeCode.map { .close(code: $0) } ?? .hangUp }

    /// Whether requests and answers are what it spoils.
    var isOfRequests: Bool {
        switch self.do {
        case .dropRequest, .dropResponse, .hang, .delay, .duplicateRequest, .gateway, .reject, .rateLimit, .malformed,
            .empty, .nullLists:
            true
        case .frameLoss, .repeat, .reorder, .stale, .frozen, .disconnect, .refuseStream, .partialThenNothing: false
        }
    }
}
