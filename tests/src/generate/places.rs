//! Names of regions, zones and tenants, and the cities that regions serve.

/// Airports that the compiler knows, with their countries and whether those are in the EU; one a region.
pub(super) const CITIES: [(&str, &str, bool); 57] = [
    ("FRA", "DE", true),
    ("DUB", "IE", true),
    ("IAD", "US", false),
    ("AMS", "NL", true),
    ("CDG", "FR", true),
    ("VIE", "AT", true),
    ("SFO", "US", false),
    ("MAD", "ES", true),
    ("FCO", "IT", true),
    ("ARN", "SE", true),
    ("LHR", "GB", false),
    ("CPH", "DK", true),
    ("HEL", "FI", true),
    ("WAW", "PL", true),
    ("NRT", "JP", false),
    ("PRG", "CZ", true),
    ("LIS", "PT", true),
    ("SIN", "SG", false),
    ("ORD", "US", false),
    ("SYD", "AU", false),
    ("BUD", "HU", true),
    ("OSL", "NO", false),
    ("ZRH", "CH", false),
    ("DFW", "US", false),
    ("SEA", "US", false),
    ("MIA", "US", false),
    ("YYZ", "CA", false),
    ("GRU", "BR", false),
    ("BOM", "IN", false),
    ("HKG", "HK", false),
    ("ICN", "KR", false),
    ("JNB", "ZA", false),
    ("DXB", "AE", false),
    ("ATL", "US", false),
    ("DEN", "US", false),
    ("LAX", "US", false),
    ("BOS", "US", false),
    ("MUC", "DE", true),
    ("BCN", "ES", true),
    ("MXP", "IT", true),
    ("BRU", "BE", true),
    ("LUX", "LU", true),
    ("DUS", "DE", true),
    ("HAM", "DE", true),
    ("MAN", "GB", false),
    ("NCE", "FR", true),
    ("LYS", "FR", true),
    ("ATH", "GR", true),
    ("OTP", "RO", true),
    ("SOF", "BG", true),
    ("ZAG", "HR", true),
    ("VNO", "LT", true),
    ("RIX", "LV", true),
    ("TLL", "EE", true),
    ("KEF", "IS", false),
    ("YVR", "CA", false),
    ("MEX", "MX", false),
];

/// The name of a region, after its city.
pub(super) fn region(index: usize) -> String {
    let (city, country, _) = CITIES[index];
    format!("{}-{}", country.to_lowercase(), city.to_lowercase())
}

/// The name of a zone of a region.
pub(super) fn zone(region_index: usize, zone: usize) -> String {
    format!("{}-z{}", region(region_index), zone + 1)
}

/// The name of a tenant.
pub(super) fn tenant(index: usize) -> String {
    format!("team-{index:04}")
}
