import Brokers
import Core

/// The settings of the venue clients as they were configured.
struct VenueSettings {
    /// The venue client's settings, for futures; spot differs in its market alone.
    var bitget = BitgetSettings()
    /// The settings of the client for Russian shares.
    var tinkoff = TinkoffSettings()
    /// Keys that are not set although others of the same account are.
    private(set) var missingKeys: [SettingKey] = []

    /// Reads the keys of all venues.
    ///
    /// - Throws: ``CommandFailure`` (78) naming the key that is malformed or missing.
    init(_ reader: SettingReader) throws {
        let keys: [SettingKey] = [.bitgetAPIKey, .bitgetAPISecret, .bitgetAPIPassphrase]
        let values = try keys.map { try reader.text($0) }
        if let key = values[0], let secret = values[1], let passphrase = values[2] {
            bitget.credentials = BitgetCredentials(
                key: Secret(key), secret: Secret(secret), passphrase: Secret(passphrase))
        } else if values.contains(where: { $0 != nil }) {
            missingKeys = zip(keys, values).filter { $0.1 == nil }.map(\.0)
        }
        bitget.isDemo = try reader.flag(.bitgetDemo) ?? false
        if let url = try reader.text(.bitgetBaseURL) {
            bitget.baseURL = try Self.address(.bitgetBaseURL, url, schemes: ["http://", "https://"])
        }
        if let url = try reader.text(.bitgetWSURL) {
            bitget.streamURL = try Self.address(.bitgetWSURL, url, schemes: ["ws://", "wss://"])
        }
        bitget.family = try reader.choice(.bitgetFamily, among: ["auto", "classic", "unified"])
            .flatMap(BitgetFamily.init(rawValue:))
        bitget.marginMode = try reader.choice(.bitgetMarginMode, of: BitgetMarginMode.self)
        bitget.leverage = try reader.text(.bitgetLeverage).map { text in
            guard let leverage = Int(text), (1...1000).contains(leverage) else {
                throw reader.malformed(.bitgetLeverage, text, "a whole number such as 5")
            }
            return leverage
        }
        bitget.triggersByMark = try reader.choice(.bitgetTriggerPrice, among: ["last", "mark"]) == "mark"
        bitget.stopStyle = try reader.choice(.bitgetStopStyle, of: BitgetStopStyle.self) ?? .partial
        bitget.loginInSeconds =
            try reader.choice(.bitgetLoginUnit, among: ["seconds", "milliseconds"]) != "milliseconds"
        bitget.trust = TrustRoots(extraFile: try reader.text(.bitgetCAFile))
        tinkoff = try Self.tinkoff(reader)
    }

    /// Whether every venue with keys has shown itself to be a twin: then no money is at stake.
    private(set) var isRehearsal = false

    /// Asks the venues that are on this machine whether they are twins. An address alone proves nothing: a proxy to the
    /// real venue may stand there.
    mutating func recogniseTwins() async {
        let inUse = [
            bitget.credentials == nil ? nil : bitget.baseURL, tinkoff.token == nil ? nil : tinkoff.baseURL ?? "remote",
        ].compactMap { $0 }
        isRehearsal = !inUse.isEmpty
        for url in inUse where isRehearsal { isRehearsal = Self.isLocal(url) ? await TwinProof.isTwin(url) : false }
    }

    /// Host and port of a venue that is asked on this machine; nil for any other.
    func localPlace(of name: BrokerName) -> String? {
        let url = name == Venues.shares ? tinkoff.baseURL ?? "" : bitget.baseURL
        guard Self.isLocal(url) else { return nil }
        return url.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first.map(String.init)
    }

    /// Whether a URL names this machine itself. Names that only begin like it, such as `localhost.example.com`, do not.
    private static func isLocal(_ url: String) -> Bool {
        let place = url.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first ?? ""
        guard !place.contains("@") else { return false }
        if place == "[::1]" || place.hasPrefix("[::1]:") { return true }
        let host = place.prefix { $0 != ":" }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return host == "localhost"
            || (numbers.count == 4 && numbers.first == "127" && numbers.allSatisfy { UInt8($0) != nil })
    }

    /// Where a venue is asked, and the setting that says so.
    func place(of name: BrokerName) -> (url: String, key: SettingKey) {
        name == Venues.shares ? (tinkoff.restBase, .tinkoffBaseURL) : (bitget.baseURL, .bitgetBaseURL)
    }

    static func address(_ key: SettingKey, _ text: String, schemes: [String]) throws -> String {
        guard let scheme = schemes.first(where: text.hasPrefix), text.count > scheme.count,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else {
            throw CommandFailure(
                .configuration, "\(key.rawValue) is '\(text)'",
                fix: "begin it with \(schemes.joined(separator: " or ")), for example \(schemes[0])127.0.0.1:8080")
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}
