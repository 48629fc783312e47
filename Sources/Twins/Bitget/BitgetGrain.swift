import Core

/// The length of a candle, as the venue spells it, and where its grid lies.
struct BitgetGrain: Hashable, Sendable {
    /// Milliseconds; nil is a calendar month.
    let length: Int64?
    /// Whether days begin at midnight UTC and not at 16:00 of the day before.
    let isUTC: Bool

    private static let hour: Int64 = 3_600_000
    private static let lengths: [String: Int64?] = [
        "1m": 60_000, "3m": 180_000, "5m": 300_000, "15m": 900_000, "30m": 1_800_000, "1H": hour, "2H": 2 * hour,
        "4H": 4 * hour, "6H": 6 * hour, "12H": 12 * hour, "1D": 24 * hour, "3D": 72 * hour, "1W": 168 * hour,
        "1M": nil,
    ]
    private static let spot: [String: String] = [
        "1min": "1m", "3min": "3m", "5min": "5m", "15min": "15m", "30min": "30m", "1h": "1H", "4h": "4H", "6h": "6H",
        "12h": "12H", "1day": "1D", "3day": "3D", "1week": "1W", "1M": "1M",
    ]

    /// Reads the spelling of futures, and of streams.
    init?(stream text: String) {
        let isMarked = text.hasSuffix("utc")
        let name = isMarked ? String(text.dropLast(3)) : text
        guard let length = Self.lengths[name] else { return nil }
        if isMarked, let length, length < 6 * Self.hour { return nil }
        self.length = length
        // Candles of less than six hours lie on the same grid either way.
        isUTC = isMarked || (length ?? .max) < 6 * Self.hour
    }

    /// Reads the spelling of unified requests, which know fewer lengths and no days in UTC.
    init?(unified text: String) {
        guard ["1m", "3m", "5m", "15m", "30m", "1H", "4H", "6H", "12H", "1D"].contains(text) else { return nil }
        self.init(stream: text)
    }

    /// Reads the spelling of spot requests.
    init?(spot text: String) {
        if text.hasSuffix("utc") {
            self.init(stream: text)
        } else {
            guard let name = Self.spot[text] else { return nil }
            self.init(stream: name)
        }
    }

    /// The start of the candle that `moment` lies in.
    func start(of moment: Timestamp) -> Timestamp {
        let offset: Int64 = isUTC ? 0 : 8 * Self.hour
        let local = moment.milliseconds + offset
        guard let length else { return Timestamp(Self.monthStart(local) - offset) }
        // Weeks begin on Monday; the epoch was a Thursday.
        let anchor: Int64 = length == 168 * Self.hour ? 4 * 24 * Self.hour : 0
        return Timestamp((local - anchor).floored(to: length) + anchor - offset)
    }

    /// The start of the next candle.
    func next(after start: Timestamp) -> Timestamp {
        guard length == nil else { return start + .milliseconds(length ?? 0) }
        return self.start(of: start + .milliseconds(32 * 24 * Self.hour))
    }

    /// The start of the candle before.
    func previous(before start: Timestamp) -> Timestamp {
        length.map { start - .milliseconds($0) } ?? self.start(of: start - .milliseconds(1))
    }

    /// The first millisecond of the month, in the civil calendar (Hinnant, "chrono-compatible low-level date
    /// algorithms", 2013).
    private static func monthStart(_ milliseconds: Int64) -> Int64 {
        let day: Int64 = 86_400_000
        let days = milliseconds.floored(to: day) / day
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * month + 2) / 5
        return (days - dayOfMonth) * day
    }
}

extension Int64 {
    func floored(to step: Int64) -> Int64 {
        let rest = self % step
        return self - (rest < 0 ? rest + step : rest)
    }
}
