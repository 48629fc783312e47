package import Core
import Crypto
import Foundation

/// Signs requests: HMAC-SHA256 over the exact text that is sent, in base 64.
package struct BitgetSigner: Sendable {
    private let credentials: BitgetCredentials

    /// A signer for one account.
    package init(_ credentials: BitgetCredentials) {
        self.credentials = credentials
    }

    /// The signature of a request.
    ///
    /// - Parameters:
    ///   - timestamp: The very text of the header, in milliseconds.
    ///   - method: In upper case.
    ///   - target: Path and query, as sent.
    ///   - body: As sent; empty for none.
    package func sign(timestamp: String, method: String, target: String, body: [UInt8]) -> String {
        var authentication = HMAC<SHA256>(key: SymmetricKey(data: Data(credentials.secret.revealed.utf8)))
        authentication.update(data: Data((timestamp + method + target).utf8))
        authentication.update(data: Data(body))
        return Data(authentication.finalize()).base64EncodedString()
    }

    /// The header lines that authorize a request.
    func headers(timestamp: String, method: String, target: String, body: [UInt8]) -> [(String, String)] {
        [
            ("ACCESS-KEY", credentials.key.revealed),
            ("ACCESS-SIGN", sign(timestamp: timestamp, method: method, target: target, body: body)),
            ("ACCESS-TIMESTAMP", timestamp), ("ACCESS-PASSPHRASE", credentials.passphrase.revealed),
        ]
    }

    /// The login message of a private stream.
    package func login(at now: Timestamp, inSeconds: Bool) -> String {
        let timestamp = String(inSeconds ? now.milliseconds / 1000 : now.milliseconds)
        let signature = sign(timestamp: timestamp, method: "GET", target: "/user/verify", body: [])
        return BitgetBody([
            "op": "login",
            "args": [
                [
                    "apiKey": .text(credentials.key.revealed), "passphrase": .text(credentials.passphrase.revealed),
                    "timestamp": .text(timestamp), "sign": .text(signature),
                ]
            ],
        ]).text
    }
}
