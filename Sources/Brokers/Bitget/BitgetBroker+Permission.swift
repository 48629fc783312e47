import Core
import Logging

/// What a key may do.
enum BitgetPermission {
    /// It may trade.
    case granted
    /// It may not.
    case refused(VenueError)
    /// The venue does not tell.
    case unclear(VenueError)
}

extension BitgetBroker {
    /// An order that cannot exist.
    private static let nobodys = ClientOrderID("aitrade-doctor-no-such-order")

    /// Whether the key may trade. What the venue lists is believed when it says yes; otherwise it is asked to cancel an
    /// order that cannot exist: whoever may trade is told that there is none.
    func permission(_ symbol: Symbol) async -> BitgetPermission {
        var isListed: Bool?
        do {
            let language = try await language()
            isListed = try? await client.ask(language.permission().with(.entry))
            if isListed == true { return .granted }
            _ = try await client.ask(language.cancel(.client(Self.nobodys), symbol, list: nil))
            return .granted
        } catch let failure as BitgetFailure {
            switch failure.verdict {
            case .notFound, .ended, .rejected, .positionMode, .unavailable: return .granted
            case .configuration: return .refused(Self.mayNotTrade(failure.error.code, failure.error.message))
            case .success, .alreadySo, .retry, .clock, .throttled, .unknown, .duplicate, .nothingToClose, .wouldTrigger,
                .protectionExists, .noPositionYet:
                // Too many requests, or no answer in time, say nothing about a key.
                guard isListed == false else { return .unclear(failure.error) }
                return .refused(Self.mayNotTrade("BITGET_40014", "the venue lists it as one that may only read"))
            }
        } catch {
            return .unclear(
                error as? VenueError ?? VenueError(.retryable, code: "BITGET_NOT_SENT", message: "\(error)"))
        }
    }

    private static func mayNotTrade(_ code: String, _ reason: String) -> VenueError {
        VenueError(.configuration, code: code, message: "the key may not trade: \(reason)")
    }

    /// Refuses to begin a run with a key that may not trade: it would fail at its first order. Where the venue does not
    /// tell, the run begins.
    ///
    /// - Throws: `VenueError` whose remedy is a person's.
    func requirePermission(_ symbol: Symbol) async throws {
        switch await permission(symbol) {
        case .granted: return
        case .refused(let error): throw error
        case .unclear(let error):
            log.notice(
                "whether the key may trade is not clear", metadata: ["broker": "\(name)", "error": "\(error)"])
        }
    }
}
