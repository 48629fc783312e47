import Brokers
import Core

extension VenueSettings {
    /// Reads the keys of the broker of shares.
    ///
    /// - Throws: ``CommandFailure`` (78) naming the key that is malformed.
    static func tinkoff(_ reader: SettingReader) throws -> TinkoffSettings {
        var own = TinkoffSettings()
        own.token = try reader.text(.tinkoffAPIToken).map(Secret.init)
        own.isSandbox = try reader.flag(.tinkoffSandbox) ?? false
        if let url = try reader.text(.tinkoffBaseURL) {
            own.baseURL = try address(.tinkoffBaseURL, url, schemes: ["http://", "https://"])
        }
        if let url = try reader.text(.tinkoffWSURL) {
            own.streamURL = try address(.tinkoffWSURL, url, schemes: ["ws://", "wss://"])
        } else if let url = own.baseURL {
            // Both are on one port of one host.
            let authority = url.split(separator: "/", omittingEmptySubsequences: false).prefix(3)
            own.streamURL = "ws" + authority.joined(separator: "/").dropFirst(4)
        }
        own.accountID = try reader.text(.tinkoffAccountID)
        own.figis = try figis(try reader.text(.tinkoffFigiMap))
        own.classCode = try reader.text(.tinkoffClassCode) ?? own.classCode
        own.mayShort = try reader.flag(.tinkoffShort) ?? false
        own.tradesWeekends = try reader.flag(.tinkoffWeekends) ?? false
        own.stops = try reader.choice(.tinkoffStops, of: TinkoffStops.self) ?? .auto
        own.stopMark = try reader.choice(.tinkoffStopMark, of: TinkoffStopMark.self) ?? .expiry
        own.stageUnit = try reader.choice(.tinkoffStageUnit, of: TinkoffStageUnit.self) ?? .lots
        own.hasTradesStream = try reader.flag(.tinkoffTradesStream) ?? false
        own.largestOrder = try reader.amount(.tinkoffMaxOrderRUB, Money.init) ?? own.largestOrder
        own.trust = TrustRoots(extraFile: try reader.text(.tinkoffCAFile))
        return own
    }

    private static func figis(_ text: String?) throws -> [Symbol: String] {
        var found: [Symbol: String] = [:]
        for pair in text?.split(separator: ",") ?? [] {
            let sides = pair.split(separator: ":", omittingEmptySubsequences: false)
            guard sides.count == 2, let symbol = Symbol(sides[0]), sides[1].count == 12 else {
                throw CommandFailure(
                    .configuration, "TINKOFF_FIGI_MAP holds '\(pair)'",
                    fix: "write SYMBOL:FIGI,SYMBOL:FIGI, for example TINKOFF_FIGI_MAP=SBER:BBG004730N88")
            }
            guard found.updateValue(String(sides[1]), forKey: symbol) == nil else {
                throw CommandFailure(
                    .configuration, "TINKOFF_FIGI_MAP names \(symbol) twice", fix: "remove one of them")
            }
        }
        return found
    }
}
