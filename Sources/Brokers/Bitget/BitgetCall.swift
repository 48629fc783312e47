import Core
import Foundation

/// One request of a dialect.
package struct BitgetCall: VenueCall {
    /// What a lost answer means.
    package enum Effect: Sendable {
        /// Nothing changes: it can be repeated.
        case reads
        /// An order or setting may have been made.
        case changes
    }

    let method: String
    let path: String
    let query: [(String, String)]
    package let body: BitgetBody?
    let isPublic: Bool
    let effect: Effect
    /// What the venue allows each second.
    let perSecond: Double
    package var urgency: RequestUrgency

    /// A reading call; parameters with nil are left out, the rest is sorted, as every version of the venue accepts.
    static func get(
        _ path: String, _ query: [(String, String?)] = [], perSecond: Double = 10, isPublic: Bool = false,
        urgency: RequestUrgency = .reading
    ) -> BitgetCall {
        let given = query.compactMap { name, value in value.map { (name, $0) } }.sorted { $0.0 < $1.0 }
        return BitgetCall(
            method: "GET", path: path, query: given, body: nil, isPublic: isPublic, effect: .reads,
            perSecond: perSecond, urgency: urgency)
    }

    /// A changing call.
    static func post(
        _ path: String, _ body: BitgetBody, perSecond: Double = 10, urgency: RequestUrgency
    ) -> BitgetCall {
        BitgetCall(
            method: "POST", path: path, query: [], body: body, isPublic: false, effect: .changes,
            perSecond: perSecond, urgency: urgency)
    }

    /// Path and query as signed and sent: names that somebody made by hand may hold any letter.
    package var target: String {
        query.isEmpty ? path : path + "?" + query.map { "\($0.0)=\(Self.encoded($0.1))" }.joined(separator: "&")
    }

    private static func encoded(_ value: String) -> String {
        value.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }

    /// Letters, digits and what else of our own values always went as it is.
    private static let plain = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~,:")

    package var isReading: Bool { effect == .reads }
}

/// A request with the reading of the `data` of its answer.
package typealias BitgetQuestion<Answer: Sendable> = VenueQuestion<BitgetCall, Answer>

/// A page of a list that goes backwards in time.
package struct BitgetPage<Row: Sendable>: Sendable {
    /// The rows, as they came.
    package var rows: [Row]
    /// Where the next page begins; nil at the end.
    package var next: String?
    /// The venue's name of its first row: a list that begins anew each time has no second page.
    package var first: String?
    /// Names in rows that were left out, because no symbol can be called so here.
    package var foreign: [String] = []
}
