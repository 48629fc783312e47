package import Core

/// What an answer's code asks for. Finer than `VenueError.Remedy`, because some refusals are good news.
package enum BitgetVerdict: String, VenueVerdict, CaseIterable {
    /// Done.
    case success
    /// As good as done: what was asked for is so already.
    case alreadySo
    /// Certainly not done; do not repeat.
    case rejected
    /// Certainly not done; later it may be.
    case retry
    /// Certainly not done; our clock is wrong.
    case clock
    /// Certainly not done; too many requests.
    case throttled
    /// May or may not have been done.
    case unknown
    /// Keys, permissions, modes: a person has to act.
    case configuration
    /// The order has not the form that the account's position mode asks for: read the mode, never change it.
    case positionMode
    /// An order of this client id is there already: on a repetition the first one arrived.
    case duplicate
    /// The venue does not know the order, or not yet.
    case notFound
    /// The order has ended, or nothing is there to cancel.
    case ended
    /// There is nothing to close, or the side names the wrong position.
    case nothingToClose
    /// A protection would trigger at once, or lies on the wrong side.
    case wouldTrigger
    /// The position has such a protection already.
    case protectionExists
    /// The venue does not see the position yet.
    case noPositionYet
    /// Certainly not done: the instrument is not traded now.
    case unavailable

    /// What the house has to do about it.
    package var remedy: VenueError.Remedy {
        switch self {
        case .success, .alreadySo, .rejected, .duplicate, .ended, .nothingToClose, .wouldTrigger, .protectionExists,
            .unavailable:
            .rejected
        case .retry, .clock, .noPositionYet: .retryable
        case .throttled: .rateLimited
        case .unknown: .unknownOutcome
        case .configuration, .positionMode: .configuration
        case .notFound: .notFound
        }
    }
}

/// A row of the table of codes, of the old and the new numbering.
package typealias BitgetCodeRow = VenueCodeRow<BitgetVerdict>

/// Every code of the venue, by what has to be done. The venue renumbered its codes in October 2025 and still sends
/// old ones, so both are here.
package enum BitgetErrors {
    /// The one table.
    package static let table: [BitgetCodeRow] = [
        BitgetCodeRow("success", .success, "00000 0"),
        BitgetCodeRow("too many requests", .throttled, "429 25004 70228 59044 1001"),
        BitgetCodeRow("timestamp expired or malformed", .clock, "40008 40004 40911 40005 40078"),
        BitgetCodeRow("signature", .configuration, "40009 40001-40003 40507"),
        BitgetCodeRow("key or passphrase", .configuration, "40006 40012 40036 40037 40041 40011"),
        BitgetCodeRow(
            "permission, address, identity or region", .configuration,
            "40014 40018 40038 40022-40026 40013 40103 40104 40111 40101 22010 40753 40916 45107 45108 25620"),
        BitgetCodeRow(
            "wrong account family or environment", .configuration,
            "40085 40084 40731 40099 40081 40105 40110 22030 22035 25245"),
        BitgetCodeRow("receive window", .rejected, "40079"),
        BitgetCodeRow("duplicate client id", .duplicate, "40786 45034 43118 50060 40708 25212"),
        BitgetCodeRow("form of the client id", .rejected, "40304 40305 40402 22003"),
        BitgetCodeRow(
            "insufficient balance or margin", .rejected,
            "43012 40754 40762 45002 40798 40800 40711 40712 45123 50020 12001 "
                + "25202 25203 25213-25216 25218-25220 25243"),
        BitgetCodeRow("too small", .rejected, "45110 45111 43006 43027 43037 43010 43042 22034 45114 25207 25611"),
        BitgetCodeRow(
            "too large", .rejected,
            "45112 45120 45113 43007 43038 22029 40921 40928 45103 45104 25208 25229 25230 25233 25235 25241 25567"),
        BitgetCodeRow(
            "too many orders", .retry,
            "40761 40723 43005 43128 45118 40889 40890 43071 45116 25211 25234 25572 25599"),
        BitgetCodeRow("another change is on its way", .retry, "25003 25113 25114 25239 25653"),
        BitgetCodeRow(
            "precision or step", .rejected, "41103 22038 45115 45035 43028 40787 01002 25244 25606-25610"),
        BitgetCodeRow(
            "price band", .rejected,
            "40815 40816 22006-22009 43008 43009 43039 43040 40706 40820 40821 41117 22046 22047 40895 25205 "
                + "25206 25654 25655"),
        BitgetCodeRow("no market order now", .retry, "40722 40826 40824 40825 22045 70220 45121 25209 25210 25222"),
        BitgetCodeRow("reduce-only refused", .rejected, "40939 25232 22042 25574"),
        BitgetCodeRow(
            "order does not suit the position mode", .positionMode, "40774 45021 45020 45109 43075 40775 25236 25237"),
        BitgetCodeRow("no position to close", .nothingToClose, "22002 43043 45014 25227"),
        BitgetCodeRow(
            "not enough to close", .rejected,
            "40757 45003 45005 45006 40717 40804 40746 43029 25225 25226 25231 25242"),
        BitgetCodeRow("order not found", .notFound, "40109 43001 40768 45057 31007 40819 80011 25204 24056"),
        BitgetCodeRow("nothing to cancel", .ended, "22001 43004 45031 45055 45056 31054"),
        BitgetCodeRow("cancelled too often", .retry, "45129"),
        BitgetCodeRow(
            "protection not found or closed", .notFound, "43025 43020 43026 43021 43033 25575 25577 25596-25598"),
        BitgetCodeRow(
            "protection on the wrong side", .wouldTrigger,
            "40829-40836 40915 40917 45060-45062 45064-45067 45122 43013-43016 43034 43035 31004 31005 "
                + "25585-25592 25650-25652"),
        BitgetCodeRow("protection refused", .rejected, "25579-25584 25593 25602-25605 25612 25224"),
        BitgetCodeRow("protection exists", .protectionExists, "43030 43031 43024 25594"),
        BitgetCodeRow("no position to protect yet", .noPositionYet, "40837 43023 40891 31008 45068 25595 25601"),
        BitgetCodeRow(
            "symbol unavailable", .unavailable,
            "41113 41114 43115 43119 43120 40308 40309 40844 40845 45043 45119 22004 22039-22041 22043 22044 22067 "
                + "40102 40072 25013 25100-25106 25108"),
        BitgetCodeRow("no change", .alreadySo, "40814 45054 25571 25600"),
        BitgetCodeRow(
            "leverage, margin or mode cannot change now", .rejected,
            "45097 40730 45117 40920 40872 45045 43050 40893 45044 40797 25009 25010 25107 25223 "
                + "25228 25570"),
        BitgetCodeRow(
            "bad request", .rejected,
            "40017 40019 40020 40034 40808 400172 00171 00172 40404 40007 40924 40925 41101 25002 25200 "
                + "25201 25238 25240"),
        BitgetCodeRow("history range", .rejected, "00001 40704 40705 40707 20001"),
        BitgetCodeRow(
            "outcome unknown", .unknown,
            "40010 40015 40725 45001 40910 43002 43003 43059 40908 45023 45024 40200 25000 25001"),
        BitgetCodeRow("the account may not trade now", .configuration, "25005-25008 25012"),
    ]

    private static let byCode = BitgetCodeRow.byCode(table)

    /// Whether the table has a code.
    static func lists(_ code: String) -> Bool { byCode[code] != nil }

    /// What the code in an error of ours asks for; nil where the table does not have it.
    package static func verdict(of error: VenueError) -> BitgetVerdict? {
        guard error.code.hasPrefix("BITGET_") else { return nil }
        return byCode[String(error.code.dropFirst("BITGET_".count))]?.verdict
    }

    /// Whether an error of ours says that an amount is too large.
    static func isTooLarge(_ code: String) -> Bool {
        byCode[String(code.dropFirst("BITGET_".count))]?.meaning == "too large"
    }

    /// What a code asks for. What is not known is decided by the message, and otherwise nothing is certain.
    package static func verdict(code: String, message: String) -> BitgetVerdict {
        let text = message.lowercased()
        if code == "400172" || code == "40808", text.contains("side mismatch") { return .positionMode }
        if let known = byCode[code] { return known.verdict }
        for (word, verdict) in words where text.contains(word) { return verdict }
        return .unknown
    }

    /// For codes that the table does not know: parts of messages, in lower case.
    private static let words: [(String, BitgetVerdict)] = [
        ("duplicate client", .duplicate), ("clientoid duplicate", .duplicate), ("duplicate clientoid", .duplicate),
        ("request timestamp expired", .clock), ("too many requests", .throttled),
        ("order does not exist", .notFound), ("no position to close", .nothingToClose),
        ("exceeds the balance", .rejected), ("insufficient balance", .rejected), ("checkscale", .rejected),
        ("checkbdscale", .rejected),
    ]

    /// The error that a code stands for.
    package static func error(code: String, message: String) -> VenueError {
        let verdict = verdict(code: code, message: message)
        let meaning = byCode[code].map { "\($0.meaning): " } ?? ""
        return VenueError(
            verdict.remedy, code: "BITGET_\(code)", message: "\(meaning)\(advice[code] ?? String(message.prefix(300)))")
    }

    /// What a person has to do about the codes that only a person can mend.
    package static let advice: [String: String] = [
        "40085":
            "the account is a unified one and this call is classic: set BITGET_FAMILY=unified or remove the setting",
        "40084":
            "the account is a classic one and this call is unified: set BITGET_FAMILY=classic or remove the setting",
        "40731": "the key belongs to copy trading: make an ordinary API key",
        "40099":
            "the key belongs to the other environment: set BITGET_DEMO=1 for a demo key, BITGET_DEMO=0 for a live one",
        "40006": "BITGET_API_KEY is not a key of the venue",
        "40012": "BITGET_API_KEY and BITGET_API_PASSPHRASE do not belong together",
        "40009": "the signature does not fit: check BITGET_API_SECRET",
        "40014": "the key may not do this: give it the permissions to read and to trade",
        "40018": "the key is bound to other addresses: add this machine's address to it",
        "25236": "the order does not suit the account's position mode (one-way or hedge), which was changed meanwhile",
        "25237": "the order does not suit the account's position mode (one-way or hedge), which was changed meanwhile",
        "25245":
            "the account is a classic one and this call is unified: set BITGET_FAMILY=classic or remove the setting",
        "40774": "the order does not suit the account's position mode (one-way or hedge), which was changed meanwhile",
    ]

    /// The error of a call that came too often.
    static func throttled(_ code: String, _ path: String) -> VenueError {
        VenueError(
            .rateLimited, code: "BITGET_\(code)",
            message: "too many requests: \(path) is asked less often now; should it last, other programs use this key "
                + "or address, or too many assets are traded")
    }

    /// The error of a message that is not what it should be.
    static func malformed(_ what: String, _ text: String) -> VenueError {
        VenueError(.retryable, code: "BITGET_MALFORMED", message: "\(what): \(text)")
    }

    /// Codes of stream messages, by what has to be done about the connection.
    ///
    /// - Parameter isOfTopic: Whether the message is about a subscription: a refused one leaves the stream silent.
    package static func streamNotice(code: String, message: String, isOfTopic: Bool = false) -> StreamNotice {
        switch code {
        case "30005", "30011", "30012", "30015":
            .fatal(
                VenueError(
                    .configuration, code: "BITGET_\(code)", message: "the stream refused the keys: check BITGET_API_*"))
        case "30003", "30001", "30002", "30016":
            isOfTopic ? .broken("a subscription was refused: \(code) \(message.prefix(200))") : .message
        default: .broken("stream error \(code): \(message.prefix(200))")
        }
    }
}
