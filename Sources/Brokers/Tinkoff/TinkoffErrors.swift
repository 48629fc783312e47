package import Core

/// Why a call failed: what it asks for here, and what the rest of the house is told.
package typealias TinkoffFailure = VenueFailure<TinkoffVerdict>

/// What an answer's code asks for. Finer than `VenueError.Remedy`.
package enum TinkoffVerdict: String, VenueVerdict, CaseIterable {
    /// Certainly not done; do not repeat.
    case rejected
    /// Certainly not done; later it may be.
    case retry
    /// Not done as far as the answer goes, but what became of it has to be read.
    case verify
    /// The market does not take such orders now.
    case closed
    /// Certainly not done; too many requests.
    case throttled
    /// May or may not have been done.
    case unknown
    /// An order of this name was sent before: it may be there, and may not.
    case duplicate
    /// Token, account, settings: a person has to act.
    case configuration
    /// The venue does not know what was named, or not yet.
    case notFound
    /// The order could not be cancelled: it may have ended.
    case ended

    /// What the house has to do about it.
    package var remedy: VenueError.Remedy {
        switch self {
        case .rejected, .ended, .verify: .rejected
        case .retry, .closed: .retryable
        case .throttled: .rateLimited
        case .unknown, .duplicate: .unknownOutcome
        case .configuration: .configuration
        case .notFound: .notFound
        }
    }
}

/// A row of the table of codes.
package typealias TinkoffCodeRow = VenueCodeRow<TinkoffVerdict>

/// Every code of the venue, by what has to be done.
package enum TinkoffErrors {
    /// The one table.
    package static let table: [TinkoffCodeRow] = [
        TinkoffCodeRow("the method is not there", .configuration, "12001 12002"),
        TinkoffCodeRow(
            "time range", .rejected, "30001-30004 30009-30012 30014 30064 30070 30084 30228 30235 30244"),
        TinkoffCodeRow("instrument id or class code", .rejected, "30005-30008 30013 30045 30093 30237"),
        TinkoffCodeRow("quantity", .rejected, "30015 30016 30080"),
        TinkoffCodeRow("price", .rejected, "30017 30018 30047 30078 30085 30099 30100 30104 30229 30236"),
        TinkoffCodeRow("direction or order type", .rejected, "30019 30020 30025 30026 30083"),
        TinkoffCodeRow("account id", .configuration, "30021 30022"),
        TinkoffCodeRow("form of the order's name", .rejected, "30027-30030 30055 30221"),
        TinkoffCodeRow("depth of the book", .rejected, "30031 30032"),
        TinkoffCodeRow("not enough money or assets", .rejected, "30034 30042"),
        TinkoffCodeRow(
            "stop order", .rejected,
            "30036-30040 30043 30044 30053 30056 30063 30105 30106 30210-30212 30241"),
        TinkoffCodeRow("refused", .rejected, "30049 30102 30218-30220 30245"),
        TinkoffCodeRow("margin trading is off", .configuration, "30051"),
        TinkoffCodeRow("forbidden for the API", .rejected, "30052"),
        TinkoffCodeRow("an order of this name was sent before", .duplicate, "30057"),
        TinkoffCodeRow("not cancelled", .ended, "30059 30060"),
        TinkoffCodeRow("the market does not take such orders now", .closed, "30068 30079 30092 30097 30098 30103"),
        TinkoffCodeRow("the account is closed or blocked", .configuration, "30081 30082"),
        TinkoffCodeRow("not executed", .verify, "30095 30227"),
        TinkoffCodeRow("try later", .retry, "30096"),
        TinkoffCodeRow("a test of knowledge is needed", .configuration, "30101"),
        TinkoffCodeRow("too large", .rejected, "30109 90003"),
        TinkoffCodeRow("would open an uncovered position", .rejected, "30240"),
        TinkoffCodeRow("too many sandbox accounts", .rejected, "35001"),
        TinkoffCodeRow("the token may not do this", .configuration, "40002 40004"),
        TinkoffCodeRow("the token is refused", .configuration, "40003"),
        TinkoffCodeRow("not known", .notFound, "50001 50002 50004-50006 50008"),
        TinkoffCodeRow("internal error, outcome unknown", .unknown, "70001-70003"),
        TinkoffCodeRow("too many streams", .throttled, "80001"),
        TinkoffCodeRow("too many requests", .throttled, "80002 80003"),
        TinkoffCodeRow("the stream ended", .retry, "80004 80005"),
        TinkoffCodeRow("orders have to be confirmed", .configuration, "90001"),
        TinkoffCodeRow("for qualified investors only", .rejected, "90002"),
    ]

    private static let byCode = TinkoffCodeRow.byCode(table)

    /// What an error asks for: by its numeric code, then by the status of the call, then by that of HTTP. What nobody
    /// knows decides nothing.
    ///
    /// - Parameters:
    ///   - status: The status of the call as gRPC numbers it.
    ///   - isOrder: Whether something may have been done.
    package static func verdict(
        code: String, text: String, status: Int?, http: Int, isOrder: Bool
    ) -> TinkoffVerdict {
        let found = byCode[code]?.verdict ?? byStatus(status, http)
        // A reading that went wrong changed nothing.
        return found == .unknown && !isOrder ? .retry : found
    }

    private static func byStatus(_ status: Int?, _ http: Int) -> TinkoffVerdict {
        switch (status, http) {
        case (8, _), (_, 429): .throttled
        case (16, _), (_, 401), (7, _), (_, 403): .configuration
        case (1, _), (2, _), (4, _), (13, _), (14, _), (15, _), (_, 408), (_, 500...): .unknown
        case (5, _): .notFound
        case (12, _), (_, 404), (_, 405), (_, 415), (_, 426): .configuration
        case (3, _), (9, _), (_, 400): .rejected
        default: .unknown
        }
    }

    /// The sentence for people.
    package static func sentence(code: String, text: String) -> String {
        let parts = [byCode[code]?.meaning, advice[code], text.isEmpty ? nil : String(text.prefix(300))]
        return parts.compactMap { $0 }.joined(separator: ": ")
    }

    /// What a person has to do about the codes that only a person can mend.
    package static let advice: [String: String] = [
        "40002": "make a token with full access, or set TINKOFF_ACCOUNT_ID to an account that this one may trade",
        "40003":
            "TINKOFF_API_TOKEN is wrong, three months unused or revoked; a sandbox token needs TINKOFF_SANDBOX=1 and "
            + "others TINKOFF_SANDBOX=0",
        "40004": "this account cannot trade through the API: set TINKOFF_ACCOUNT_ID to another one",
        "30051": "allow margin trading in the account's settings, or remove TINKOFF_SHORT",
        "30101": "pass the test for this instrument in the app",
        "30240": "set TINKOFF_SHORT=1 to sell short",
        "90001": "switch off \"confirm trades by code\" in the app",
        "90003": "set RISK_MAX_ORDER_NOTIONAL and TINKOFF_MAX_ORDER_RUB below what the venue takes in one order",
        "12001": "check TINKOFF_BASE_URL: this is not the venue's REST",
    ]

    /// The code of a certificate that nobody here knows.
    static let trustCode = "TINKOFF_TRUST"

    /// Whether an error says that this is not the way to the venue: no token mends it.
    static func isOfTheWay(_ code: String) -> Bool {
        let isRefusal = ["TINKOFF_HTTP_401", "TINKOFF_HTTP_403"].contains(code)
        return [trustCode, "TINKOFF_12001", "TINKOFF_12002"].contains(code)
            || code.hasPrefix("TINKOFF_HTTP_4") && !isRefusal
    }

    /// The code of a message that is not what it should be.
    static let malformedCode = "TINKOFF_MALFORMED"

    /// The error of a message that is not what it should be.
    static func malformed(_ what: String, _ text: String) -> VenueError {
        VenueError(.retryable, code: malformedCode, message: "\(what): \(text)")
    }

    /// What an unknown certificate means here, and what to do about it; nil for every other failure.
    static func trust(_ text: String, hasFile: Bool) -> String? {
        guard ["CERTIFICATE_VERIFY_FAILED", "unableToValidate", "unknown CA"].contains(where: text.contains) else {
            return nil
        }
        return hasFile
            ? "TINKOFF_CA_FILE does not hold the authority of this host: put the \"Russian Trusted Root CA\" and "
                + "\"Russian Trusted Sub CA\" of gosuslugi.ru/crt into it, as PEM"
            : "the host's certificate is of the \"Russian Trusted Root CA\", which no system knows: download root and "
                + "sub certificates from gosuslugi.ru/crt as PEM into one file and name it in TINKOFF_CA_FILE"
    }
}
