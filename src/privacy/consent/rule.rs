//! What a consent permits. It fails closed: whatever is not plainly permitted is not.

use time::Date;

use crate::proto::v1::{ConsentPurpose, ConsentRefusal, ConsentState, DataOrigin};

/// The facts that decide.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// Where the consent stands in the database.
    pub state: ConsentState,
    /// What it is for.
    pub purpose: ConsentPurpose,
    /// The first day on which it permits nothing any more.
    pub expires_on: Option<Date>,
}

impl Terms {
    /// Where the consent stands on a day, UTC: its end comes by itself.
    #[must_use]
    pub fn state_on(&self, today: Date) -> ConsentState {
        let is_over = self.expires_on.is_some_and(|end| today >= end);
        if self.state == ConsentState::Active && is_over {
            ConsentState::Expired
        } else {
            self.state
        }
    }

    /// Whether a record of this origin may be kept and read for appealing its denial.
    ///
    /// Appealing is payment (45 CFR 164.501). Counselling and psychotherapy notes need a consent of their
    /// own: one for all of treatment, payment and operations does not reach them (42 CFR 2.31(b),
    /// 45 CFR 164.508(a)(2)). The function `consent_permits` says the same in SQL.
    ///
    /// # Errors
    /// The first reason why not.
    pub fn permit(&self, origin: DataOrigin, today: Date) -> Result<(), ConsentRefusal> {
        match self.state_on(today) {
            ConsentState::Active => {}
            ConsentState::Expired => return Err(ConsentRefusal::Expired),
            ConsentState::Withdrawn => return Err(ConsentRefusal::Withdrawn),
            ConsentState::Unspecified => return Err(ConsentRefusal::Unknown),
        }
        let covers = match origin {
            DataOrigin::Sud => matches!(self.purpose, ConsentPurpose::Payment | ConsentPurpose::AllTpo),
            DataOrigin::Psychotherapy => self.purpose == ConsentPurpose::Payment,
            DataOrigin::Unspecified
            | DataOrigin::General
            | DataOrigin::Behavioral
            | DataOrigin::Reproductive
            | DataOrigin::Hiv
            | DataOrigin::Genetic
            | DataOrigin::PublicDecision
            | DataOrigin::Synthetic => false,
        };
        if covers {
            Ok(())
        } else {
            Err(ConsentRefusal::NotCovered)
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::Terms;
    use crate::db::stored::StoredEnum as _;
    use crate::proto::v1::{ConsentPurpose, ConsentRefusal, ConsentState, DataOrigin};

    const TODAY: time::Date = date!(2026 - 03 - 01);

    fn terms(purpose: ConsentPurpose) -> Terms {
        Terms {
            state: ConsentState::Active,
            purpose,
            expires_on: None,
        }
    }

    #[test]
    fn substance_use_records_need_payment_or_everything() {
        for purpose in ConsentPurpose::ALL {
            let permitted = terms(*purpose).permit(DataOrigin::Sud, TODAY);
            let expected = matches!(purpose, ConsentPurpose::Payment | ConsentPurpose::AllTpo);
            assert_eq!(
                permitted,
                if expected {
                    Ok(())
                } else {
                    Err(ConsentRefusal::NotCovered)
                },
                "{purpose:?}"
            );
        }
    }

    #[test]
    fn psychotherapy_notes_need_a_consent_of_their_own() {
        for purpose in ConsentPurpose::ALL {
            let permitted = terms(*purpose).permit(DataOrigin::Psychotherapy, TODAY).is_ok();
            assert_eq!(permitted, *purpose == ConsentPurpose::Payment, "{purpose:?}");
        }
    }

    #[test]
    fn other_origins_are_no_matter_of_consent() {
        let restricted = [DataOrigin::Sud, DataOrigin::Psychotherapy];
        for origin in DataOrigin::ALL.iter().filter(|origin| !restricted.contains(origin)) {
            assert_eq!(
                terms(ConsentPurpose::Payment).permit(*origin, TODAY),
                Err(ConsentRefusal::NotCovered)
            );
        }
    }

    #[test]
    fn it_ends_on_its_day() {
        let ending = |expires_on| Terms {
            expires_on: Some(expires_on),
            ..terms(ConsentPurpose::Payment)
        };
        assert_eq!(ending(date!(2026 - 03 - 02)).permit(DataOrigin::Sud, TODAY), Ok(()));
        for day in [TODAY, date!(2026 - 02 - 28)] {
            assert_eq!(ending(day).permit(DataOrigin::Sud, TODAY), Err(ConsentRefusal::Expired));
            assert_eq!(ending(day).state_on(TODAY), ConsentState::Expired);
        }
    }

    #[test]
    fn what_ended_permits_nothing() {
        for (state, refusal) in [
            (ConsentState::Withdrawn, ConsentRefusal::Withdrawn),
            (ConsentState::Expired, ConsentRefusal::Expired),
            (ConsentState::Unspecified, ConsentRefusal::Unknown),
        ] {
            let ended = Terms {
                state,
                ..terms(ConsentPurpose::Payment)
            };
            assert_eq!(ended.permit(DataOrigin::Sud, TODAY), Err(refusal));
        }
        // Withdrawn stays withdrawn, whatever day it would have ended on.
        let withdrawn = Terms {
            state: ConsentState::Withdrawn,
            expires_on: Some(TODAY),
            ..terms(ConsentPurpose::Payment)
        };
        assert_eq!(withdrawn.state_on(TODAY), ConsentState::Withdrawn);
    }
}
