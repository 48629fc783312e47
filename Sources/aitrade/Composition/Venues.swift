import Brokers
import Core
import Router

/// The venue clients that there are.
enum Venues {
    /// Futures of the first venue.
    static let futures = BrokerName("bitget")
    /// Its spot market.
    static let spot = BrokerName("bitget-spot")
    /// The broker of Russian shares.
    static let shares = BrokerName("tinkoff")
    /// Those that live elsewhere.
    static let real = [futures, spot, shares]
    /// What `--venue` takes.
    private static let spellings = ["bitget": futures, "bitget-spot": spot, "tinkoff": shares, "tinvest": shares]
    /// Names that routes may use.
    static let names = [futures, spot, shares, SimulatedVenue.name]

    /// The clients of one venue, with what doctors and downloads need beside the port.
    ///
    /// - Throws: ``CommandFailure`` (69) when there is no client of that name, (78) when its settings are unusable.
    static func client(_ name: BrokerName, _ settings: VenueSettings) throws -> any LiveBroker {
        switch name {
        case futures, spot: return try bitget(name, settings)
        case shares: return try tinkoff(settings)
        default:
            throw CommandFailure(
                .venueUnavailable, "there is no venue client named \(name) yet",
                fix: "route the asset to \(futures), \(spot) or \(shares), or use --mode backtest")
        }
    }

    /// The venue that somebody named with `--venue`.
    ///
    /// - Throws: ``CommandFailure`` (64).
    static func named(_ text: String) throws -> BrokerName {
        guard let name = spellings[text.lowercased()] else {
            throw CommandFailure(
                .usage, "'\(text)' is no venue", fix: "--venue takes \(futures), \(spot) or \(shares)")
        }
        return name
    }

    /// Every venue that there are keys for, each with the assets to ask about; a spot market counts only where routes
    /// lead there. Without any keys the venue of the universe stands for what is missing.
    ///
    /// - Throws: ``CommandFailure`` (78) when the keys of an account are incomplete.
    static func withKeys(_ settings: Settings) throws -> [BrokerName: [Symbol]] {
        if !settings.venues.missingKeys.isEmpty { _ = try bitget(futures, settings.venues) }
        let routes = EmergencyRoutes(settings, nil).routes
        guard routes.isEmpty else { return routes }
        let name = settings.universe == .stocks ? shares : futures
        return [name: try Flags.symbols(example(name.text))]
    }

    /// An asset that a venue surely has, where a command names none.
    static func example(_ venue: String?) -> String {
        venue.map { BrokerName($0) } == shares ? "SBER" : "BTCUSDT"
    }

    /// A client of the broker of shares.
    ///
    /// - Throws: As ``client(_:_:)``.
    static func tinkoff(_ settings: VenueSettings) throws -> TinkoffBroker {
        do {
            return try TinkoffBroker(settings.tinkoff, name: shares)
        } catch {
            throw CommandFailure(
                .configuration, "\(error)",
                fix: "TINKOFF_CA_FILE has to hold \"Russian Trusted Root CA\" and \"Russian Trusted Sub CA\" as PEM: "
                    + "download them from gosuslugi.ru/crt")
        }
    }

    /// A client of the first venue.
    ///
    /// - Throws: As ``client(_:_:)``.
    static func bitget(_ name: BrokerName, _ settings: VenueSettings) throws -> BitgetBroker {
        guard settings.missingKeys.isEmpty else {
            let missing = settings.missingKeys.map(\.rawValue).joined(separator: " and ")
            throw CommandFailure(
                .configuration, "\(missing) is not set, other keys of the account are",
                fix: "set all three keys, or none")
        }
        var own = settings.bitget
        own.market = name == spot ? .spot : .futures
        do {
            return try BitgetBroker(own, name: name)
        } catch {
            throw CommandFailure(.configuration, "\(error)", fix: "correct or remove BITGET_CA_FILE")
        }
    }

    /// Refuses to trade on a venue whose keys are not set.
    ///
    /// - Throws: ``CommandFailure`` (77).
    static func requireKeys(_ name: BrokerName, _ settings: VenueSettings) throws {
        if name == shares, settings.tinkoff.token == nil {
            throw CommandFailure(
                .notAllowed, "\(name) needs a token",
                fix: "make one in the web settings of the account and set TINKOFF_API_TOKEN")
        }
        guard [futures, spot].contains(name), settings.bitget.credentials == nil, settings.missingKeys.isEmpty else {
            return
        }
        throw CommandFailure(
            .notAllowed, "live trading on \(name) needs keys",
            fix: "set BITGET_API_KEY, BITGET_API_SECRET and BITGET_API_PASSPHRASE")
    }

    /// Whether there is a client of that name with keys to trade.
    static func hasKeys(_ name: BrokerName, _ settings: VenueSettings) -> Bool {
        switch name {
        case futures, spot: settings.bitget.credentials != nil
        case shares: settings.tinkoff.token != nil
        default: false
        }
    }

    /// The account that the keys of a venue belong to, as ledgers, client ids and locks name it; the keys cannot be
    /// told from it. Both markets of one venue are one account.
    static func account(_ name: BrokerName, _ settings: VenueSettings) -> String {
        if name == shares, let secret = settings.tinkoff.accountID ?? settings.tinkoff.token?.revealed {
            let digest = Digest.sha256("account:" + secret).hex.prefix(12)
            return "\(name)-\(digest)" + (settings.tinkoff.isSandbox ? "-sandbox" : "")
        }
        guard [futures, spot].contains(name), let key = settings.bitget.credentials?.key.revealed else {
            return "\(name)-public"
        }
        let digest = Digest.sha256("account:" + key).hex.prefix(12)
        return "bitget-\(digest)" + (settings.bitget.isDemo ? "-demo" : "")
    }

    /// What the lock of a venue's account is called. Twins on one machine share their keys, not their accounts.
    static func lock(_ name: BrokerName, _ settings: VenueSettings) -> String {
        account(name, settings) + (settings.localPlace(of: name).map { "@\($0)" } ?? "")
    }

    /// The route of each asset; without routes the universe decides.
    ///
    /// - Throws: ``CommandFailure`` (78).
    static func routes(_ assets: [Symbol], _ settings: Settings) throws -> [BrokerName: [Symbol]] {
        var routes: [BrokerName: [Symbol]] = [:]
        do {
            let table = try settings.assetRouting.map { try RoutingTable($0, known: names) }
            for asset in assets.sorted() {
                let name = try table.map { try $0.broker(for: asset) } ?? settings.universe.broker(of: asset)
                routes[name, default: []].append(asset)
            }
        } catch {
            throw CommandFailure(
                .configuration, "ASSET_ROUTING: \(error)", fix: "for example ASSET_ROUTING=BTCUSDT:\(futures)")
        }
        return routes
    }

    /// A venue's error as a command reports it: refused keys, wrong settings, or a venue that cannot be reached.
    static func failure(_ error: any Error) -> CommandFailure {
        if let failure = error as? CommandFailure { return failure }
        guard let error = error as? VenueError else {
            return CommandFailure(.venueUnavailable, "\(error)", fix: "aitrade doctor tells more")
        }
        switch error.remedy {
        case .configuration:
            return CommandFailure(.notAllowed, "the venue refused: \(error)", fix: "aitrade doctor tells what to mend")
        case .rejected, .notFound:
            return CommandFailure(.venueUnavailable, "the venue refused: \(error)", fix: "check symbol and amounts")
        case .retryable, .rateLimited, .unknownOutcome:
            return CommandFailure(.venueUnavailable, "\(error)", fix: "try again; aitrade doctor checks the way there")
        }
    }
}
