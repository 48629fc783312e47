extension BitgetWorld {
    /// Unified accounts take 32 characters, some of them others than classic ones.
    private func checkUnifiedName(_ name: String) throws(BitgetFault) {
        let others = Set(".:/_-".utf8)
        let isAllowed = name.utf8.allSatisfy { byte in
            let letter = byte | 0x20
            return others.contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter)
        }
        guard (1...32).contains(name.utf8.count), isAllowed else {
            throw BitgetFault("25200", "clientOid validation error")
        }
    }

    /// Checks the client's name of an order or trigger order.
    func checkName(_ draft: OrderDraft) throws(BitgetFault) {
        guard let name = draft.clientID else { return }
        if setup.family == .unified { try checkUnifiedName(name) }
        let allowed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "#"),
                UInt8(ascii: "+"):
                true
            default: false
            }
        }
        guard name.utf8.count < 50 else { throw BitgetFault("40304", "clientOid length must be less than 50") }
        guard allowed || setup.family == .unified else {
            throw BitgetFault("40305", "clientOid contains characters that are not allowed")
        }
        guard orderByClient[name] == nil, planByClient[name] == nil else {
            if setup.usesOldCodes { throw BitgetFault("40786", "Duplicate clientOid") }
            if setup.family == .unified { throw BitgetFault("25212", "clientOid already exists") }
            throw draft.key.leg == .spot
                ? BitgetFault("43118", "clientOrderId duplicate") : BitgetFault("45034", "clientOid duplicate")
        }
    }
}
