import Core
import Crypto
import Foundation

/// Counts requests against their limits: so many a second for each endpoint, 6000 a minute for all.
struct BitgetGate: Sendable {
    private var seconds: [String: (second: Int64, used: Int)] = [:]
    private var minute: (minute: Int64, used: Int) = (0, 0)
    private var lockedUntil = Timestamp.epoch

    /// What is left of this second's allowance; nil when there is none.
    mutating func admit(_ endpoint: String, limit: Int, at now: Timestamp) -> Int? {
        guard now >= lockedUntil else { return nil }
        let (second, thisMinute) = (now.milliseconds / 1000, now.milliseconds / 60_000)
        minute = (thisMinute, (minute.minute == thisMinute ? minute.used : 0) + 1)
        guard minute.used <= 6_000 else {
            lockedUntil = now + .seconds(300)
            return nil
        }
        let before = seconds[endpoint]
        let used = (before?.second == second ? before?.used ?? 0 : 0) + 1
        seconds[endpoint] = (second, used)
        return used <= limit ? limit - used : nil
    }
}

extension BitgetSetup {
    /// Checks who asks.
    ///
    /// - Throws: The code the venue has for it.
    func key(of request: TwinRequest, at now: Timestamp) throws(BitgetFault) -> BitgetKey {
        func header(_ name: String, _ code: String) throws(BitgetFault) -> String {
            guard let value = request.headers[name], !value.isEmpty else {
                throw BitgetFault(code, "\(name.uppercased().replacing("-", with: "_")) cannot be empty")
            }
            return value
        }
        let name = try header("access-key", "40001")
        let signature = try header("access-sign", "40002")
        let stamp = try header("access-timestamp", "40003")
        let passphrase = try header("access-passphrase", "40011")
        guard let key = keys.first(where: { $0.key == name }) else {
            throw BitgetFault("40006", "Invalid ACCESS_KEY", status: 401)
        }
        guard let milliseconds = Int64(stamp), milliseconds > 1_000_000_000_000 else {
            throw BitgetFault("40005", "Invalid ACCESS_TIMESTAMP")
        }
        guard abs(now.milliseconds - milliseconds) <= 30_000 else {
            throw BitgetFault("40008", "Request timestamp expired")
        }
        guard passphrase == key.passphrase else { throw BitgetFault("40012", "apikey/password is incorrect") }
        let raw = request.query.isEmpty ? "" : "?\(request.query)"
        // The venue verifies against the decoded query; clients that sign the encoded one are known to work as well.
        let signed = [raw, TwinRequest.decoded(raw[...])].contains { query in
            let text = Array("\(stamp)\(request.method)\(request.path)\(query)".utf8) + request.body
            return Self.isSignature(signature, of: text, secret: key.secret)
        }
        guard signed else { throw BitgetFault("40009", "sign signature error") }
        let wantsDemo = request.headers["paptrading"] == "1"
        guard wantsDemo == isDemo else { throw BitgetFault("40099", "exchange environment is incorrect") }
        return key
    }

    /// Whether a text was signed with a secret, compared in constant time.
    static func isSignature(_ signature: String, of text: [UInt8], secret: String) -> Bool {
        guard let code = Data(base64Encoded: signature) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(
            code, authenticating: Data(text), using: SymmetricKey(data: Data(secret.utf8)))
    }
}

/// The fields of a call, from the query or the body.
struct BitgetCall: Sendable {
    let fields: Wire
    let now: TwinMoment
    let request: TwinRequest

    /// A field's text; nil when it is absent or empty.
    subscript(name: String) -> String? {
        guard let text = fields[name]?.string, !text.isEmpty else { return nil }
        return text
    }

    func required(_ name: String) throws(BitgetFault) -> String {
        guard let text = self[name] else { throw .missing(name) }
        return text
    }

    /// An exact positive number.
    func amount(_ name: String) throws(BitgetFault) -> FixedDecimal? {
        guard let text = self[name] else { return nil }
        guard let value = FixedDecimal(text), value >= .zero else { throw .wrong(name) }
        return value
    }

    /// A price; nil when it is absent, empty or zero.
    func price(_ name: String) throws(BitgetFault) -> Price? {
        try amount(name).flatMap { $0 > .zero ? Price($0) : nil }
    }

    /// A moment in milliseconds; nil also when it is none that can occur.
    func moment(_ name: String) -> Timestamp? {
        guard let milliseconds = self[name].flatMap(Int64.init), (0...Int64.max / 8).contains(milliseconds) else {
            return nil
        }
        return Timestamp(milliseconds)
    }

    /// The page size, at most `most`.
    func limit(_ usual: Int, most: Int) -> Int { min(max(self["limit"].flatMap(Int.init) ?? usual, 1), most) }

    /// The same call about another object, such as one element of a batch.
    func about(_ fields: Wire) -> BitgetCall { BitgetCall(fields: fields, now: now, request: request) }
}

extension Timestamp {
    init(_ milliseconds: Int64) { self.init(milliseconds: milliseconds) }
}
